package unixtransport

import (
	"io"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
)

// What happened before a write is seen after the read of its bytes. The kernel keeps that
// by itself; the race detector has to be told, for users who run both ends in one process
// under it, and for values that go to another process and come back.
func TestMemoryOrder(t *testing.T) {
	host, plugin := sessionPair(t, transport.Config{})
	near, far := connect(t, host, plugin)
	said := ""
	written := make(chan error, 1)
	go func() {
		said = "before the write"
		_, err := far.Write([]byte("x"))
		written <- err
	}()
	if _, err := io.ReadFull(near, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if said != "before the write" { // a race, unless the detector knows of the order
		t.Errorf("it said %q", said)
	}
	must(t, <-written)
}
