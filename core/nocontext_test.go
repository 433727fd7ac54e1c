package tenon_test

import (
	"context"
	"testing"
)

// TestStopWithoutContext stops a plugin with a nil context, which is a mistake of the host:
// the panic that says so must leave the plugin to a Close that is deferred, as most are.
func TestStopWithoutContext(t *testing.T) {
	for _, started := range []bool{false, true} {
		c := newClient(t, "plugin", nil)
		if started {
			if err := c.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		before := c.State()
		func() {
			defer func() {
				if recover() == nil {
					t.Error("a nil context passed for one")
				}
			}()
			var none context.Context
			c.Stop(none)
		}()
		if got := c.State(); got != before {
			t.Errorf("the plugin was %v, and is %v after the panic", before, got)
		}
		within(t, "Close", func() { c.Close() })
	}
}
