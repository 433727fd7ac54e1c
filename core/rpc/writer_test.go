package rpc

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"testing"

	"github.com/tenon-dev/tenon/core/internal/leak"
)

// messageOf returns a message with that body.
func messageOf(body []byte) *buffer {
	m := newMessage()
	m.b = append(m.b, body...)
	return m
}

// newTestWriter returns a writer over g that tells failed of its first error.
func newTestWriter(t *testing.T, g *gate) (w *writer, failed chan error) {
	leak.Check(t)
	failed = make(chan error, 9)
	return &writer{stream: g, fail: func(err error) { failed <- err }}, failed
}

// frames parses what was written.
func frames(t *testing.T, b []byte) []frame {
	t.Helper()
	var all []frame
	for len(b) > 0 {
		h, err := parseHeader(b)
		if err != nil {
			t.Fatal(err)
		}
		end := headerSize + int(h.length)
		all = append(all, frame{h, b[headerSize:end]})
		b = b[end:]
	}
	return all
}

type frame struct {
	header
	body []byte
}

var errTestEnd = errors.New("stopped")

func TestWriterCombines(t *testing.T) {
	g := newGate()
	w, _ := newTestWriter(t, g)
	w.begin = []byte{kindCalls}
	const senders, each = 20, 30
	var wg sync.WaitGroup
	wg.Go(func() { w.send(t.Context(), header{typ: frameCall, id: 1 << 30}, messageOf(nil), flushSelf) })
	<-g.entered // the first one writes, and stands still
	for i := range senders {
		wg.Go(func() {
			for j := range each {
				body := binary.BigEndian.AppendUint32(nil, uint32(j))
				if _, err := w.send(t.Context(), header{typ: frameCall, id: uint32(i + 1)}, messageOf(body), []flushing{flushYield, flushOther}[j%2]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	eventually(t, "everything is queued", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.small) == senders*each*(headerSize+4)
	})
	close(g.open)
	wg.Wait()
	w.close(errTestEnd)
	b, writes := g.written()
	if b[0] != kindCalls {
		t.Fatalf("the stream begins with %d", b[0])
	}
	all := frames(t, b[1:])
	if len(all) != 1+senders*each {
		t.Fatalf("%d frames", len(all))
	}
	if writes != 2 {
		t.Errorf("%d writes for the first frame and the %d that came meanwhile", writes, senders*each)
	}
	next := map[uint32]uint32{}
	for _, f := range all[1:] {
		if got := binary.BigEndian.Uint32(f.body); got != next[f.id] {
			t.Fatalf("sender %d: frame %d where %d was due", f.id, got, next[f.id])
		}
		next[f.id]++
	}
}

// Long messages are cut up, take turns, and let small frames pass.
func TestWriterCutsUp(t *testing.T) {
	g := newGate()
	w, _ := newTestWriter(t, g)
	want := map[uint32][]byte{
		1: bytes.Repeat([]byte{'a'}, 3*maxFrame+5),
		2: bytes.Repeat([]byte{'b'}, 2*maxFrame-4), // with the length, exactly two frames
		3: bytes.Repeat([]byte{'c'}, maxFrame),     // one frame, without a length
		4: bytes.Repeat([]byte{'d'}, copyUpTo+1),
	}
	for id := range uint32(4) {
		if _, err := w.send(t.Context(), header{typ: frameReply, flags: flagError, id: id + 1}, messageOf(want[id+1]), flushOther); err != nil {
			t.Fatal(err)
		}
	}
	<-g.entered
	w.sendFrame(header{typ: frameCancel, id: 9}, nil, false)
	close(g.open)
	eventually(t, "all is written", func() bool { w.mu.Lock(); defer w.mu.Unlock(); return !w.writing })
	w.close(errTestEnd)
	b, _ := g.written()
	all := frames(t, b)
	var order []uint32
	got := map[uint32][]byte{}
	for i, f := range all {
		order = append(order, f.id)
		if f.id == 9 {
			if i == 0 || i == len(all)-1 {
				t.Errorf("the small frame is number %d of %d", i, len(all))
			}
			continue
		}
		first := got[f.id] == nil
		if first != (f.typ == frameReply) || first != (f.flags&flagError != 0) {
			t.Errorf("frame %d of %d is %v with flags %x", i, f.id, f.typ, f.flags)
		}
		if len(f.body) > maxFrame {
			t.Errorf("a frame of %d bytes", len(f.body))
		}
		body := f.body
		if first && f.flags&flagMore != 0 {
			if n := binary.BigEndian.Uint32(body); int(n) != len(want[f.id]) {
				t.Errorf("%d: the length of the whole is %d", f.id, n)
			}
			body = body[4:]
		}
		got[f.id] = append(got[f.id], body...)
		if last := len(got[f.id]) == len(want[f.id]); last != (f.flags&flagMore == 0) {
			t.Errorf("frame %d of %d has flags %x", i, f.id, f.flags)
		}
	}
	for id := range want {
		if !bytes.Equal(got[id], want[id]) {
			t.Errorf("message %d: %d bytes of %d arrived as they were", id, len(got[id]), len(want[id]))
		}
	}
	if order[0] != 1 || order[len(order)-1] != 1 {
		t.Errorf("the long messages did not take turns: %v", order)
	}
}

func TestWriterAborts(t *testing.T) {
	g := newGate()
	w, _ := newTestWriter(t, g)
	long := bytes.Repeat([]byte{'x'}, 3*maxFrame)
	begun, err := w.send(t.Context(), header{typ: frameCall, id: 1}, messageOf(long), flushOther)
	if err != nil {
		t.Fatal(err)
	}
	<-g.entered // its first piece is being written
	waits, err := w.send(t.Context(), header{typ: frameCall, id: 2}, messageOf(long), flushOther)
	if err != nil {
		t.Fatal(err)
	}
	w.abort(begun)
	w.abort(waits)
	close(g.open)
	eventually(t, "all is written", func() bool { w.mu.Lock(); defer w.mu.Unlock(); return !w.writing })
	w.abort(begun) // again, and too late
	w.close(errTestEnd)
	b, _ := g.written()
	all := frames(t, b)
	if len(all) != 2 || all[0].typ != frameCall || all[0].flags != flagMore ||
		all[1].header != (header{typ: frameData, flags: flagAbort, id: 1}) {
		t.Fatalf("%d frames: %+v", len(all), all)
	}
}

func TestWriterWaitsForRoom(t *testing.T) {
	g := newGate()
	w, _ := newTestWriter(t, g)
	full := func() *buffer { return messageOf(make([]byte, copyUpTo)) }
	queued := 0
	for n := -1; n*(copyUpTo+headerSize) <= queueBound; n++ {
		if _, err := w.send(t.Context(), header{typ: frameCall, id: 1}, full(), flushOther); err != nil {
			t.Fatal(err)
		}
		if n < 0 {
			<-g.entered // from here on everything waits
		}
		queued++
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	go func() { _, err := w.send(ctx, header{typ: frameCall, id: 2}, full(), flushYield); ended <- err }()
	eventually(t, "it waits", func() bool { w.mu.Lock(); defer w.mu.Unlock(); return w.room != nil })
	within(t, "a frame that must not wait", func() { w.sendFrame(header{typ: frameCancel, id: 3}, nil, true) })
	cancel()
	if err := <-ended; err != context.Canceled {
		t.Fatalf("got %v", err)
	}
	go func() { _, err := w.send(t.Context(), header{typ: frameCall, id: 4}, full(), flushYield); ended <- err }()
	close(g.open)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	eventually(t, "all is written", func() bool { w.mu.Lock(); defer w.mu.Unlock(); return !w.writing })
	w.close(errTestEnd)
	b, _ := g.written()
	all := frames(t, b)
	if n := len(all); n != queued+2 || all[n-2].id != 3 || all[n-1].id != 4 {
		t.Errorf("%d frames, and not those that were sent", n)
	}
}

func TestWriterClosesWhileWriting(t *testing.T) {
	g := newGate()
	w, failed := newTestWriter(t, g)
	for range 9 { // more than there is room for
		go w.send(t.Context(), header{typ: frameCall, id: 1}, messageOf(make([]byte, 2*maxFrame)), flushOther)
	}
	<-g.entered
	eventually(t, "one waits", func() bool { w.mu.Lock(); defer w.mu.Unlock(); return w.room != nil })
	g.err = errors.New("the stream was closed")
	closed := make(chan struct{})
	go func() { defer close(closed); w.close(errTestEnd) }()
	eventually(t, "it takes no more", func() bool { w.mu.Lock(); defer w.mu.Unlock(); return w.err != nil })
	if _, err := w.send(t.Context(), header{typ: frameCall}, messageOf(nil), flushSelf); err != errTestEnd {
		t.Errorf("got %v", err)
	}
	w.sendFrame(header{typ: frameCancel}, nil, true) // does nothing
	close(g.open)
	<-closed
	if len(failed) != 0 {
		t.Errorf("told of %v", <-failed)
	}
	if w.small != nil || w.large != nil {
		t.Error("the queue is kept")
	}
}

func TestWriterFails(t *testing.T) {
	g := newGate()
	g.err = errors.New("broken")
	close(g.open)
	w, failed := newTestWriter(t, g)
	for _, size := range []int{1, maxFrame + 1} {
		if _, err := w.send(t.Context(), header{typ: frameCall}, messageOf(make([]byte, size)), flushSelf); err != nil && err != g.err {
			t.Errorf("got %v", err)
		}
	}
	if _, err := w.send(t.Context(), header{typ: frameCall}, messageOf(nil), flushSelf); err != g.err {
		t.Errorf("got %v", err)
	}
	if len(failed) != 1 || <-failed != g.err {
		t.Error("the failure must be told once")
	}
	w.close(errTestEnd)
	w.close(errTestEnd)
}

// A caller that writes for others does not do so for ever.
func TestWriterLetsItsCallerGo(t *testing.T) {
	leak.Check(t)
	f := &feeder{returned: make(chan struct{})}
	f.w = &writer{stream: f, fail: func(err error) { t.Error(err) }}
	within(t, "a call that finds others' frames again and again", func() {
		f.w.send(t.Context(), header{typ: frameCall, id: 1}, messageOf(nil), flushSelf)
	})
	close(f.returned)
	eventually(t, "all is written", func() bool { f.w.mu.Lock(); defer f.w.mu.Unlock(); return !f.w.writing })
	f.w.close(errTestEnd)
	if f.writes != 10 {
		t.Errorf("%d writes", f.writes)
	}
}

// feeder is a stream on which each write brings another frame to be written.
type feeder struct {
	w        *writer
	writes   int
	returned chan struct{}
}

func (f *feeder) Write(p []byte) (int, error) {
	if f.writes++; f.writes < 10 {
		f.w.sendFrame(header{typ: frameCancel, id: 2}, nil, true)
	}
	if f.writes > 2*roundsForOthers {
		<-f.returned
	}
	return len(p), nil
}

// What is encoded where it leaves from leaves nothing behind when that fails, and
// leaves what is not small to others.
func TestSendEncoded(t *testing.T) {
	var out bytes.Buffer
	w := writer{stream: &out, fail: func(err error) { t.Error(err) }, ordered: true}
	send := func(body func(dst []byte) ([]byte, error)) (bool, error) {
		return w.sendEncoded(t.Context(), header{typ: frameMessage, id: 7}, body, flushSelf)
	}
	broken := errors.New("broken")
	if sent, err := send(func(dst []byte) ([]byte, error) { return append(dst, "half"...), broken }); sent || err != broken {
		t.Errorf("sent %v, %v", sent, err)
	}
	if sent, err := send(func(dst []byte) ([]byte, error) { return append(dst, make([]byte, maxFrame+1)...), nil }); sent || err != nil {
		t.Errorf("too large: sent %v, %v", sent, err)
	}
	func() {
		defer func() { recover() }()
		send(func([]byte) ([]byte, error) { panic("a codec's") })
	}()
	if sent, err := send(func(dst []byte) ([]byte, error) { return append(dst, "whole"...), nil }); !sent || err != nil {
		t.Errorf("sent %v, %v", sent, err)
	}
	r := newReader(&out, DefaultLimits(), &budget{limit: 1 << 20})
	msg, err := r.next()
	if err != nil || msg.typ != frameMessage || msg.id != 7 || string(msg.body) != "whole" {
		t.Errorf("got %+v, %v", msg, err)
	}
	if _, err := r.next(); err != io.EOF {
		t.Errorf("something is left: %v", err)
	}
	w.close(broken)
	if sent, err := send(func(dst []byte) ([]byte, error) { return dst, nil }); sent || err != broken {
		t.Errorf("after the end: sent %v, %v", sent, err)
	}
}
