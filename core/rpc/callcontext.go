package rpc

import (
	"context"
	"sync"
	"time"
)

// callContext is the context of a call that this side serves. It costs nothing
// beyond itself until somebody asks for Done: the channel and the timer are made
// then. It is never used again for another call, since a handler may keep it.
type callContext struct {
	parent   context.Context // ends with the session
	metadata Metadata
	deadline time.Time // zero: none

	mu    sync.Mutex
	ended chan struct{} // made when Done is asked for first
	err   error
	over  bool // the handler has returned
	timer *time.Timer
	after map[*func()]struct{} // what context.AfterFunc registered
	stop  func() bool          // detaches from parent
}

var _ context.Context = (*callContext)(nil)

// Deadline implements [context.Context].
func (c *callContext) Deadline() (time.Time, bool) { return c.deadline, !c.deadline.IsZero() }

// Done implements [context.Context].
func (c *callContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended == nil {
		c.expired()
		c.ended = make(chan struct{})
		if c.err != nil {
			close(c.ended)
		} else {
			c.watch()
		}
	}
	return c.ended
}

// Err implements [context.Context].
func (c *callContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expired()
	return c.err
}

// Value implements [context.Context].
func (c *callContext) Value(key any) any {
	if key == (incomingKey{}) {
		return c.metadata
	}
	return c.parent.Value(key)
}

// AfterFunc spares the context package a goroutine for each context that is
// derived from this one; it looks for this method.
func (c *callContext) AfterFunc(f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.expired(); c.err != nil {
		go f() // as context.AfterFunc: in a goroutine of its own, owned by whoever asked
		return func() bool { return false }
	}
	key := &f
	if c.after == nil {
		c.after = map[*func()]struct{}{}
	}
	c.after[key] = struct{}{}
	c.watch()
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, pending := c.after[key]
		delete(c.after, key)
		return pending
	}
}

// watch sees to it that the deadline and the session's end are noticed. Called
// with c.mu held.
func (c *callContext) watch() {
	if c.stop != nil {
		return
	}
	c.stop = context.AfterFunc(c.parent, func() { c.end(c.parent.Err()) })
	if !c.deadline.IsZero() {
		c.timer = time.AfterFunc(time.Until(c.deadline), func() { c.end(context.DeadlineExceeded) })
	}
}

// expired notices an end that nobody watches for. Called with c.mu held.
func (c *callContext) expired() {
	switch {
	case c.err != nil:
	case !c.deadline.IsZero() && !time.Now().Before(c.deadline):
		c.finish(context.DeadlineExceeded)
	default:
		if err := c.parent.Err(); err != nil {
			c.finish(err)
		}
	}
}

// end ends the context, unless it has ended already.
func (c *callContext) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finish(err)
}

// finish is end with c.mu held.
func (c *callContext) finish(err error) {
	if c.err != nil {
		return
	}
	c.err = err
	if c.ended != nil {
		close(c.ended)
	}
	for f := range c.after {
		go (*f)()
	}
	c.after = nil
	if c.timer != nil {
		c.timer.Stop()
	}
	if c.stop != nil {
		c.stop()
	}
}

// cancel ends the context because the caller gave up.
func (c *callContext) cancel() { c.end(context.Canceled) }

// finished ends the context after the handler returned, so that nothing of it
// stays behind in the session.
func (c *callContext) finished() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	c.finish(context.Canceled)
}

// isOver reports whether the handler has returned.
func (c *callContext) isOver() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over
}
