package rpc

import (
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
)

// The session may end, or the time be over, between a stream's first bytes and
// its flow: then the stream is closed, and nothing else happens.
func TestFlowGivenUpAsItArrives(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil)})
	f, unclaimed, err := r.peer.flows.match(7)
	if err != nil || unclaimed == nil {
		t.Fatalf("got %v, %v", unclaimed, err)
	}
	f.abort(errors.New("given up"))
	stream, err := r.session.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.attach(stream)
	within(t, "waiting for a claim", func() { unclaimed.watch(f) })
	if _, err := stream.Write([]byte("x")); err == nil {
		t.Error("the stream is open")
	}
	if n := r.peer.Stats().Flows; n != 0 {
		t.Errorf("%d flows are left", n)
	}
}

// Bytes that do not fit the budget are not left out in silence.
func TestChunkOverTheBudget(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil)})
	f, err := r.peer.flows.claim(7, receives)
	if err != nil {
		t.Fatal(err)
	}
	stream := r.open(kindFlow)
	r.write(stream, binary.BigEndian.AppendUint64(nil, 7))
	reader := &byteReader{f: f}
	b := make([]byte, 10)
	r.send(stream, header{typ: frameChunk}, []byte("first"))
	if n, err := reader.Read(b); err != nil || string(b[:n]) != "first" {
		t.Fatalf("got %q, %v", b[:n], err)
	}
	all := r.peer.cfg.Limits.Receive
	r.peer.budget.take(all)
	r.send(stream, header{typ: frameChunk}, []byte("lost"))
	_, err = reader.Read(b)
	wantLimit(t, err, "Receive")
	r.peer.budget.give(all)
	stream.Write(frameBytes(header{typ: frameChunk}, []byte("third")))
	if n, err := reader.Read(b); err == nil {
		t.Errorf("it goes on with %q", b[:n])
	}
}

// A stream that its opener has closed before anything announced it, with nothing on
// it, is at its end for whoever is told of it then: nobody waits for it to come.
func TestFlowClosedBeforeItIsAnnounced(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil)})
	closed := func(id uint64) {
		stream := r.open(kindFlow)
		r.write(stream, binary.BigEndian.AppendUint64(nil, id))
		stream.Close()
		eventually(t, "the stream is gone", func() bool {
			r.peer.flows.mu.Lock()
			defer r.peer.flows.mu.Unlock()
			return r.peer.flows.gone.has(id) && len(r.peer.flows.open) == 0
		})
	}
	b := make([]byte, 10)

	closed(7)
	f, err := r.peer.flows.claim(7, receives)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "reading", func() { _, err = (&byteReader{f: f}).Read(b) })
	if CodeOf(err) != Unavailable || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a reader: %v", err)
	}

	closed(8)
	if f, err = r.peer.flows.claim(8, sends|receives); err != nil {
		t.Fatal(err)
	}
	var c *conn
	within(t, "a connection", func() { c = f.asConn() })
	within(t, "reading", func() { _, err = c.Read(b) })
	if err != io.EOF {
		t.Errorf("a connection: %v", err)
	}
	if _, err = c.Write(b); err == nil {
		t.Error("a connection: it was written to")
	}
	c.Close()

	// Nobody has to be told of as many as a peer likes.
	for id := range uint64(2*r.peer.cfg.Limits.Streams + 3) {
		closed(100 + id)
	}
	if n := len(r.peer.flows.gone.ids); n > 2*r.peer.cfg.Limits.Streams {
		t.Errorf("%d are kept", n)
	}

	closed(1 << 20)
	stream := r.open(kindFlow)
	r.write(stream, binary.BigEndian.AppendUint64(nil, 1<<20))
	r.ended("two streams of the same id")
}
