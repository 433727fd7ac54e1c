package rpc

import (
	"encoding/binary"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// flowStream opens a stream for the flow id, with more on it.
func (r *raw) flowStream(id uint64) transport.Stream {
	r.t.Helper()
	stream := r.open(kindFlow)
	r.write(stream, binary.BigEndian.AppendUint64(nil, id))
	return stream
}

// counts waits until what counts is want.
func counts(t *testing.T, what string, count func() int64, want int64) {
	t.Helper()
	for until := time.Now().Add(hangGuard); count() != want; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%s: %d, want %d", what, count(), want)
		}
	}
}

// What nobody has begun to read of a flow leaves less room for messages, until somebody
// does, or the flow is over.
func TestUnreadFlowsTakeRoom(t *testing.T) {
	const receive, streams = 1 << 20, 4
	const share = receive / 2 / streams
	r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil), Limits: Limits{Receive: receive, Streams: streams}})
	b := &r.peer.budget
	read := r.flowStream(1)
	counts(t, "a stream that nothing announced", b.streams.Load, share)
	claimed, err := r.peer.flows.claim(1, receives)
	if err != nil {
		t.Fatal(err)
	}
	given, err := r.peer.flows.claim(2, receives)
	if err != nil {
		t.Fatal(err)
	}
	late := r.flowStream(2)
	left, err := r.peer.flows.claim(3, receives)
	if err != nil {
		t.Fatal(err)
	}
	left.abort(errFlowOver)
	r.flowStream(3)
	counts(t, "two that nobody reads", b.streams.Load, 2*share)
	if b.take(receive - 2*share + 1) {
		t.Error("there is as much room as if there were no streams")
	}
	if !b.take(receive - 2*share) {
		t.Error("there is less room than streams leave")
	}
	b.give(receive - 2*share)

	r.send(read, header{typ: frameEnd}, nil)
	if _, err := claimed.next(); !isEnd(err) {
		t.Error(err)
	}
	counts(t, "one that was read", b.streams.Load, share)
	given.abort(errFlowOver)
	counts(t, "none", b.streams.Load, 0)
	late.Close()
}

// A flow for which there is no room is refused, and who is to read it learns why.
func TestFlowsWithoutRoom(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil)})
	early, err := r.peer.flows.claim(1, receives)
	if err != nil {
		t.Fatal(err)
	}
	b := &r.peer.budget
	b.take(int(b.limit))
	const fewer = 64 // than there may be streams
	var closed atomic.Int64
	for i := range uint64(fewer) {
		stream := r.flowStream(100 + i)
		go func() { // ends with the stream, at the latest with the session
			stream.Read(make([]byte, 1))
			closed.Add(1)
		}()
	}
	full := b.limit / 16 / unreadStream * unreadStream
	counts(t, "as many as there is always room for", b.streams.Load, full)
	counts(t, "all others are closed", closed.Load, fewer-full/unreadStream)
	announced := r.flowStream(1)
	_, err = early.next()
	refused(t, "one that was announced first", err)
	if _, err := announced.Read(make([]byte, 1)); err == nil {
		t.Error("its stream is still open")
	}
	unannounced := r.flowStream(2)
	if _, err := unannounced.Read(make([]byte, 1)); err == nil {
		t.Error("a stream is open for which there is no room")
	}
	_, err = r.peer.flows.claim(2, receives)
	refused(t, "one that is announced later", err)
	if got := b.streams.Load(); got != full {
		t.Errorf("%d bytes are said to be held by streams, want %d", got, full)
	}
	b.give(int(b.limit))
	r.flowStream(3)
	counts(t, "when there is room", b.streams.Load, full+unreadStream)
}

func refused(t *testing.T, what string, err error) {
	t.Helper()
	var e *Error
	if !errors.Is(err, ResourceExhausted) || !errors.As(err, &e) || e.Details["limit"] != "Receive" {
		t.Errorf("%s: %v", what, err)
	}
}

// Beginnings of messages on the control lane, which has none, are not kept.
func TestPiecesOnTheControlLane(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil)})
	r.send(r.control, header{typ: frameCall, flags: flagMore, id: 7}, make([]byte, 1000))
	r.ended("CALL on the control lane")
}
