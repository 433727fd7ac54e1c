package directtransport

import (
	"io"
	"net"
	"testing"
)

// TestSmallMessagesAllocateNothing sends a small message there and back, over a
// link that is written to in place and over one that is not.
func TestSmallMessagesAllocateNothing(t *testing.T) {
	for _, inPlace := range []bool{true, false} {
		x, y := socketPair(t)
		if !inPlace {
			x, y = struct{ net.Conn }{x}, struct{ net.Conn }{y}
		}
		host, plugin := pairOf(t, x, y)
		a, b := connect(t, host, plugin)
		if host.(*session).out.inPlace != inPlace {
			t.Fatalf("in place is %v, want %v", !inPlace, inPlace)
		}
		msg, buf := make([]byte, 64), make([]byte, 64)
		exchange := func() {
			a.Write(msg)
			io.ReadFull(b, buf)
			b.Write(msg)
			io.ReadFull(a, buf)
		}
		for range 50 {
			exchange()
		}
		if n := testing.AllocsPerRun(200, exchange); n != 0 {
			t.Errorf("in place %v: %v allocations for a message there and back, want none", inPlace, n)
		}
	}
}

// TestFewBytesHoldLittle wants a stream with a few bytes unread to hold a small
// chunk.
func TestFewBytesHoldLittle(t *testing.T) {
	x, y := socketPair(t)
	host, plugin := pairOf(t, x, y)
	a, b := connect(t, host, plugin)
	if _, err := a.Write([]byte("ab")); err != nil {
		t.Fatal(err)
	}
	mustRead(t, b, 1) // so that the other byte has come too
	st := b.(*stream)
	st.mu.Lock()
	defer st.mu.Unlock()
	if c := st.recv.head; c == nil || c.next != nil || len(c.buf) != smallChunk {
		t.Errorf("one unread byte is not held by one chunk of %d bytes: %+v", smallChunk, c)
	}
}

// TestIdleStreamsHoldNothing wants a stream that was used and read to hold no
// buffers.
func TestIdleStreamsHoldNothing(t *testing.T) {
	x, y := socketPair(t)
	host, plugin := pairOf(t, x, y)
	a, b := connect(t, host, plugin)
	big := make([]byte, window)
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Write(big)
	}()
	mustRead(t, b, len(big))
	<-done
	st := b.(*stream)
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.recv.head != nil || st.recv.size != 0 {
		t.Error("a stream with nothing unread still holds chunks")
	}
}
