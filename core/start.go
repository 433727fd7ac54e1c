package tenon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tenon-dev/tenon/core/rpc"
)

// ready returns the process that serves. It starts the plugin when it was never
// started, and waits while it starts or restarts.
func (c *Client) ready(ctx context.Context) (*run, error) {
	if c.made(); c.invalid != nil {
		return nil, c.invalid
	}
	if err := ctx.Err(); err != nil {
		return nil, waitError(ctx, "start the plugin", nil)
	}
	for {
		r, s, err := c.need()
		switch {
		case err != nil:
			return nil, err
		case s != nil:
			err = c.await(ctx, s)
		case !r.ending():
			return r, nil
		default: // it has just died: what follows is found out in this moment
			err = r.awaitOver(ctx)
		}
		if err != nil {
			return nil, err
		}
	}
}

// need returns the process that serves, or else the start to wait for, which it
// begins where there is none.
func (c *Client) need() (*run, *start, error) {
	l := &c.life
	l.mu.Lock()
	defer l.mu.Unlock()
	switch l.change(begin, nil, nil) {
	case New:
		c.begin()
	case Ready:
		return l.run, nil, nil
	case Draining:
		return nil, nil, Errorf(Unavailable, "%w: it ends in this moment", ErrStopped)
	case Stopped, Crashed:
		return nil, nil, c.gone()
	}
	l.start.waiting++
	return nil, l.start, nil
}

// await waits for a start that counts this caller.
func (c *Client) await(ctx context.Context, s *start) error {
	select {
	case <-s.done:
		return s.err
	case <-ctx.Done():
	}
	c.life.mu.Lock()
	if s.waiting--; s.waiting == 0 && !s.restart {
		s.cancel()
	}
	c.life.mu.Unlock()
	if s.restart {
		return waitError(ctx, "wait for the plugin's next process", s.cause)
	}
	return waitError(ctx, "start the plugin", nil)
}

// waitError is what a caller gets whose context ended, and why it had to wait.
func waitError(ctx context.Context, what string, cause error) error {
	why, code := contextError(ctx), rpc.CodeOf(ctx.Err())
	if cause != nil {
		return Errorf(code, "tenon: %s: %w; the last one: %w", what, why, cause)
	}
	return Errorf(code, "tenon: %s: %w", what, why)
}

// contextError returns why ctx ended: its cause, in whose tree its own error is as well.
func contextError(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, ctx.Err()) {
		return cause
	}
	return &causeError{cause: cause, err: ctx.Err()}
}

// A causeError is the cause with which a context was ended, and the context's own error.
type causeError struct{ cause, err error }

func (e *causeError) Error() string   { return e.cause.Error() }
func (e *causeError) Unwrap() []error { return []error{e.cause, e.err} }

// begin starts an attempt. Called with life.mu held.
func (c *Client) begin() {
	ctx, cancel := context.WithCancel(context.Background())
	s := &start{cancel: cancel, done: make(chan struct{})}
	c.life.start = s
	go c.attempt(ctx, s)
}

// attempt makes one start. Stop waits for it, as do those who need the plugin.
func (c *Client) attempt(ctx context.Context, s *start) {
	r, err := c.launchNext(ctx)
	c.settle(s, r, err)
}

// launchNext starts one more process with the launcher of the moment, within
// StartTimeout.
func (c *Client) launchNext(ctx context.Context) (*run, error) {
	l := &c.life
	l.mu.Lock()
	l.generation++
	how := launching{launcher: l.launcher, generation: l.generation}
	l.mu.Unlock()
	return c.launchWithin(ctx, c.cfg.StartTimeout, how)
}

// launchWithin is launch, within so much time.
func (c *Client) launchWithin(ctx context.Context, limit time.Duration, how launching) (*run, error) {
	if !debugging() && limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, fmt.Errorf("it was not ready within %v: %w", limit, context.DeadlineExceeded))
		defer cancel()
	}
	return c.launch(ctx, how)
}

// settle ends what callers wait for: r is the plugin from now on, or err says why
// there is none. Only the first call for a start has an effect.
func (c *Client) settle(s *start, r *run, err error) {
	c.life.mu.Lock()
	defer c.unlock()
	c.settleLocked(s, r, err)
}

func (c *Client) settleLocked(s *start, r *run, err error) {
	if s.settled {
		return
	}
	s.settled = true
	defer close(s.done)
	defer s.cancel()
	l := &c.life
	if l.start == s {
		l.start = nil
	}
	e := succeeded
	if err != nil {
		e = failed
	}
	if l.change(e, r, err) == Draining {
		err = fmt.Errorf("tenon: the plugin was stopped while it started: %w", ErrStopped)
	}
	s.err = err
	if r != nil {
		c.attend(r)
	}
	c.tellEnd()
}

// attend watches over a process that is ready. Called with life.mu held.
func (c *Client) attend(r *run) {
	c.tell(Event{Kind: EventReady, Info: r.info})
	go c.watch(r)
	go c.watchSilence(r)
}

// watch notices the end of a process, and ends with it.
func (c *Client) watch(r *run) {
	err := r.wait()
	l := &c.life
	l.mu.Lock()
	defer c.unlock()
	defer close(r.over)
	if l.run != r { // it was replaced
		return
	}
	if l.state == Ready {
		c.tell(Event{Kind: EventCrashed, Info: r.info, Err: err})
		if c.restarts(r) && c.beginRestart(err) {
			return
		}
		err = c.givenUp(err)
	}
	l.change(ended, nil, err)
	c.tellEnd()
}
