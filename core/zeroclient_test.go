package tenon_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
)

// TestZeroClient: every method of a client that NewClient did not make returns.
func TestZeroClient(t *testing.T) {
	var c tenon.Client
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	var all sync.WaitGroup
	for name, call := range map[string]func() error{
		"Start":      func() error { return c.Start(t.Context()) },
		"Dispense":   func() error { _, err := c.Dispense(t.Context(), "", nil); return err },
		"Describe":   func() error { _, err := c.Describe(t.Context()); return err },
		"Swap":       func() error { return c.Swap(t.Context(), program("plugin"), tenon.Overlap) },
		"Ping":       func() error { _, err := c.Ping(t.Context()); return err },
		"Health":     func() error { _, err := c.Health(t.Context()); return err },
		"Wait":       func() error { return c.Wait(ended) },
		"AttachInfo": func() error { _, err := c.AttachInfo(); return err },
		"Detach":     func() error { _, err := c.Detach(); return err },
	} {
		all.Go(func() {
			c.State()
			c.Info()
			c.Stats()
			switch err := call(); {
			case err == nil:
				t.Errorf("%s does not fail", name)
			case (name == "Start" || name == "Swap") && !strings.Contains(err.Error(), "NewClient"):
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	all.Wait()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	c.Kill()
	<-c.Done()
	if err := c.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if c.Err() != tenon.ErrStopped {
		t.Errorf("Err is %v", c.Err())
	}
	for range c.Events(t.Context()) {
		t.Error("there was an event")
	}
	new(tenon.Client).Kill()
	if err := new(tenon.Client).Start(t.Context()); err == nil {
		t.Error("it started")
	}
}
