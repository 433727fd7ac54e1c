package rpc

import (
	"errors"
	"io"
	"time"
)

// checkedWriter is a writer of the application that is held to the contract of
// [io.Writer], and remembers its error.
type checkedWriter struct {
	w   io.Writer
	err error
}

// Write implements [io.Writer].
func (c *checkedWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	switch {
	case n < 0 || n > len(p):
		n, err = 0, Errorf(Internal, "a writer, a %T, says that it wrote %d of %d bytes", c.w, n, len(p))
	case n < len(p) && err == nil:
		err = io.ErrShortWrite
	}
	c.err = err
	return n, err
}

// sinking is how what came was written: own is the error of the application's writer,
// broken why not all came that was to.
type sinking struct {
	own, broken error
	written     int64
}

// fill writes to w what comes on f, then calls finish, which may be nil, and tells
// the other side how that went. What panics has failed.
func (s *sinking) fill(f *flow, w io.Writer, finish func() error, registered Errors) {
	defer s.tell(f, registered) // also where w ends the goroutine
	f.peer.guarded("a writer", func() {
		checked := &checkedWriter{w: w}
		s.written, s.broken = f.receiveBytes(checked)
		if s.own = checked.err; s.broken == nil && finish != nil {
			s.own = finish()
		}
	}, func(err *Error) { s.own = err })
}

// tell tells the other side of f how what it sent was taken.
func (s *sinking) tell(f *flow, registered Errors) {
	switch {
	case s.own != nil:
		f.stopBecause(s.own, registered)
	case s.broken != nil:
		f.stopBecause(s.broken, registered)
	case f.answers:
		f.end(nil, registered)
	}
}

// A passedWriter is a writer that a call passes. The call waits for it at its end.
type passedWriter struct {
	sinking
	done chan struct{} // closed when nothing more is written and the rest stands
}

// passed returns what fills w, for the call to start, and notes that the call is
// to wait for it.
func (c *Call) passed(f *flow, w io.Writer) func() {
	p := &passedWriter{done: make(chan struct{})}
	c.writers = append(c.writers, p)
	return func() {
		defer close(p.done)
		p.fill(f, w, nil, f.peer.cfg.Errors)
	}
}

// outcome is the error of a call that had err so far, once what the callee wrote has
// been written or cannot be any more.
func (p *passedWriter) outcome(c *Call, err error) error {
	if over := p.wait(c); over != nil {
		if err == nil {
			c.lost, err = over, over
		}
		return err
	}
	switch {
	case p.own != nil:
		c.lost = p.own
		return c.alsoFailed(err, p.own)
	case p.broken != nil && err == nil && (p.written > 0 || c.ctx.Err() != nil || c.b.peer.Ending()):
		// A callee that never took the writer cuts it too, and then nothing is lost. Of one
		// that this side has cut nobody knows: what was written may be under way.
		c.lost = p.broken
		return p.broken
	}
	return err
}

// wait waits until p is done, which is when its flow is over and w returned from the
// last Write. It returns why the call does not wait for that.
func (p *passedWriter) wait(c *Call) error {
	select {
	case <-p.done:
		return nil
	case <-c.ctx.Done():
	case <-c.b.peer.done:
	}
	grace := closeGrace // most are about to return, and the caller may look at w next
	if c.waited {
		grace = 0
	}
	c.waited = true
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
		return nil
	case <-timer.C:
	}
	if c.ctx.Err() != nil && !c.b.peer.Ending() {
		return ctxError(c.ctx, called(c.b.service, c.method)+", whose writer has not returned")
	}
	return c.b.peer.leaving()
}

// alsoFailed is the error of a call that had err, nil for none, and whose caller's
// writer failed. A callee that only says it could not write on adds nothing.
func (c *Call) alsoFailed(err, own error) error {
	const form = "the writer that was passed to %s: %w"
	e := (*Error)(nil)
	switch {
	case err == nil || errors.Is(err, ErrStopped):
		return Errorf(CodeOf(own), form, called(c.b.service, c.method), own)
	case errors.As(err, &e):
		both := *e
		beside := Errorf(CodeOf(own), form, called(c.b.service, c.method), own)
		both.Message += "; and " + beside.Message
		both.causes = append([]error{err}, own)
		return &both
	}
	return Errorf(CodeOf(err), "%w; and "+form, err, called(c.b.service, c.method), own)
}
