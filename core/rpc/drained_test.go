package rpc

import (
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// A DRAINED that nobody asked for does not answer the SHUTDOWN that comes later.
func TestDrainedUnasked(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Host})
	r.send(r.control, header{typ: frameDrained}, nil)
	r.send(r.control, header{typ: framePing, id: 1}, nil)
	r.next(r.control)
	done := make(chan error, 1)
	go func() { done <- r.peer.Shutdown(t.Context()) }()
	if h, _ := r.next(r.control); h.typ != frameShutdown {
		t.Fatalf("got %v", h.typ)
	}
	select {
	case err := <-done:
		t.Fatalf("the shutdown ended before the peer said so: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	r.send(r.control, header{typ: frameDrained}, nil)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
