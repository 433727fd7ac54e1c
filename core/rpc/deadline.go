package rpc

import (
	"context"
	"os"
	"sync"
	"time"
)

// A deadline is one that can be set again and again, also when it has passed. To what
// waits it is a context whose error is [os.ErrDeadlineExceeded].
type deadline struct {
	context.Context

	mu    sync.Mutex
	timer *time.Timer
	past  chan struct{} // closed when it has passed; another one once it is set again
}

func newDeadline() *deadline {
	return &deadline{Context: context.Background(), past: make(chan struct{})}
}

// Done implements [context.Context], of the deadline as it is set now. What is waited
// for already hears of one that is set later.
func (d *deadline) Done() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.past
}

// Err implements [context.Context].
func (d *deadline) Err() error {
	if isClosed(d.Done()) {
		return os.ErrDeadlineExceeded
	}
	return nil
}

// set sets the deadline; the zero time is none.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil && !d.timer.Stop() {
		<-d.past // it passes in this moment
	}
	d.timer = nil
	over := isClosed(d.past)
	left := time.Until(t)
	switch {
	case !t.IsZero() && left <= 0:
		if !over {
			close(d.past)
		}
		return
	case over:
		d.past = make(chan struct{})
	}
	if !t.IsZero() {
		past := d.past
		d.timer = time.AfterFunc(left, func() { close(past) })
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
