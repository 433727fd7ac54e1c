package tenon

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// A hook is OnShutdown of one plugin. It is the plugin's own code: it runs once, its panic
// is an error, and nothing waits for it without end.
type hook struct {
	f     func(context.Context)
	first chan struct{} // holds a value until somebody runs it
	over  chan struct{} // closed when it has returned
	err   error         // that it panicked; stands when over is closed
	cut   bool          // its context had ended when it returned; stands then, too
}

func newHook(f func(context.Context)) *hook {
	h := &hook{f: f, first: make(chan struct{}, 1), over: make(chan struct{})}
	h.first <- struct{}{}
	return h
}

// run runs it, unless somebody has begun to.
func (h *hook) run(ctx context.Context) {
	select {
	case <-h.first:
	default:
		return
	}
	h.err = errors.New("tenon: serve: OnShutdown ended its goroutine") // runtime.Goexit
	defer func() {
		h.cut = ctx.Err() != nil
		close(h.over)
	}()
	defer func() {
		if v := recover(); v != nil {
			h.err = fmt.Errorf("tenon: serve: OnShutdown panicked: %v\n\n%s", v, debug.Stack())
		}
	}()
	if h.f != nil {
		h.f(ctx)
	}
	h.err = nil
}

// runWithin runs it beside the caller, and returns when it has ended or d is over. Its
// context ends then, but not with ctx.
func (h *hook) runWithin(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d)
	defer cancel()
	go h.run(ctx) // joined by join, but for one that does not heed its context
	select {
	case <-h.over:
	case <-ctx.Done():
	}
}

// join waits for one that was begun, within ctx.
func (h *hook) join(ctx context.Context) error {
	select {
	case <-h.over:
		return h.err
	case <-ctx.Done():
	}
	if h.ended() { // ctx had ended before, too
		return h.err
	}
	return errors.New("tenon: serve: OnShutdown goes on although its context has ended")
}

// inTime reports whether it has returned before its context ended.
func (h *hook) inTime() bool { return h.ended() && !h.cut }

// ended reports whether it has returned.
func (h *hook) ended() bool {
	select {
	case <-h.over:
		return true
	default:
		return false
	}
}

// alone runs it where no session is left to wait for: at most d, and a moment more for it to
// notice that.
func (h *hook) alone(ctx context.Context, d time.Duration) error {
	h.runWithin(ctx, d)
	join, cancel := context.WithTimeout(context.Background(), handlersGrace)
	defer cancel()
	return h.join(join)
}
