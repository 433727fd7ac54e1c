package tenon_test

import (
	"context"
	"testing"
)

// TestWaitAfterTheEnd waits for what has ended already, with a context that has ended too:
// the end came first, and is what a host wants to know.
func TestWaitAfterTheEnd(t *testing.T) {
	c := newClient(t, "plugin", nil)
	c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		if err := c.Wait(ctx); err != nil {
			t.Fatalf("the plugin was stopped before ctx ended, and Wait says: %v", err)
		}
	}
}
