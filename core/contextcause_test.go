package tenon_test

import (
	"context"
	"errors"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/rpc"
)

// TestCauseOfAContext: a caller that waits for a plugin learns both that its context ended
// and why, as one whose call is in flight does.
func TestCauseOfAContext(t *testing.T) {
	why := errors.New("the user has closed the window")
	ended, end := context.WithCancelCause(t.Context())
	end(why)
	late, cancel := context.WithTimeoutCause(t.Context(), 20*time.Millisecond, why)
	defer cancel()
	later, cancelLater := context.WithCancelCause(t.Context())
	time.AfterFunc(20*time.Millisecond, func() { cancelLater(why) })
	running := newClient(t, "plugin", nil)
	g := bind(t, running)
	swapped, cancelSwap := context.WithCancelCause(t.Context())
	time.AfterFunc(20*time.Millisecond, func() { cancelSwap(why) })
	for name, c := range map[string]struct {
		err  error
		is   error
		code rpc.Code
	}{
		"start, ended before":    {newClient(t, "silent", nil).Start(ended), context.Canceled, tenon.Canceled},
		"start, deadline":        {newClient(t, "silent", nil).Start(late), context.DeadlineExceeded, tenon.DeadlineExceeded},
		"start, cancelled":       {newClient(t, "silent", nil).Start(later), context.Canceled, tenon.Canceled},
		"call, ended before":     {g.Block(ended), context.Canceled, tenon.Canceled},
		"swap, ended before":     {running.Swap(ended, program("silent"), tenon.Overlap), context.Canceled, tenon.Canceled},
		"swap, while it started": {running.Swap(swapped, program("silent"), tenon.Overlap), context.Canceled, tenon.Canceled},
	} {
		if !errors.Is(c.err, why) || !errors.Is(c.err, c.is) || rpc.CodeOf(c.err) != c.code {
			t.Errorf("%s: %v, of the code %v", name, c.err, rpc.CodeOf(c.err))
		}
	}
}
