package muxlink

import (
	"errors"
	"sync"

	"github.com/tenon-dev/tenon/core/transport"
)

// ErrEnded is the error of who waits when the session ends; [Ending.Over] says why it did.
var ErrEnded = errors.New("the session has ended")

// An Ending is why a session ended, and when. A session embeds it for Done and Err of
// [transport.Session]. Any goroutine may use it.
type Ending struct {
	ended chan struct{}
	once  sync.Once
	err   error // valid once ended is closed
	local bool  // likewise
}

// NewEnding returns that of a session which has not ended.
func NewEnding() *Ending { return &Ending{ended: make(chan struct{})} }

// End ends the session because of cause, unless it has ended already, and reports whether
// it had not. local says that Close of this side did it: then what has arrived is not
// read any more.
func (e *Ending) End(cause error, local bool) (first bool) {
	e.once.Do(func() {
		e.err, e.local, first = cause, local, true
		close(e.ended)
	})
	return first
}

// Done is closed when the session has ended.
func (e *Ending) Done() <-chan struct{} { return e.ended }

// Err says why the session ended, nil as long as it has not.
func (e *Ending) Err() error {
	if !e.IsOver() {
		return nil
	}
	return e.err
}

// IsOver reports whether the session has ended.
func (e *Ending) IsOver() bool {
	select {
	case <-e.ended:
		return true
	default:
		return false
	}
}

// Over returns nil while the session lives, then the error of op, which matches
// [net.ErrClosed] and why the session ended.
func (e *Ending) Over(op string) error {
	if !e.IsOver() {
		return nil
	}
	return transport.Closed(op, e.err)
}

// ClosedHere reports whether Close of this side ended the session.
func (e *Ending) ClosedHere() bool { return e.IsOver() && e.local }
