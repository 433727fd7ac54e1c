package tenon_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
)

// TestCrashThenClose has a host that closes the client as soon as a call has failed with a
// crash, as one with a deferred Close does: the end is the crash that the call was told of, for
// Err, for the events and for the log, however fast the host was.
func TestCrashThenClose(t *testing.T) {
	leak.Check(t)
	for name, end := range map[string]func(*tenon.Client){
		"Close": func(c *tenon.Client) { c.Close() },
		"Kill":  func(c *tenon.Client) { c.Kill() },
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				c := newClient(t, "plugin", nil)
				g := bind(t, c)
				events := c.Events(context.Background())
				err := g.Die(t.Context(), "exit")
				end(c)
				var told, crashed *tenon.CrashError
				if !errors.As(err, &told) {
					t.Fatalf("the call failed with %v", err)
				}
				if !errors.As(c.Err(), &crashed) || crashed != told || c.State() != tenon.Crashed {
					t.Fatalf("the call was told %v, and the client is %v: %v", told, c.State(), c.Err())
				}
				var kinds []tenon.EventKind
				for e := range events {
					kinds = append(kinds, e.Kind)
				}
				if !slices.Contains(kinds, tenon.EventCrashed) {
					t.Fatalf("no event tells of the crash: %v", kinds)
				}
			}
		})
	}
}
