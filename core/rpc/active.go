package rpc

import (
	"context"
	"sync/atomic"
)

// active counts the calls that run for the peer, and lets nobody in once it is
// closed. [newActive] makes one.
type active struct {
	count  atomic.Int64
	closed atomic.Bool
	idle   chan struct{} // gets a value when the last one leaves a closed one

	waits atomic.Bool
	left  chan struct{} // gets a value when one leaves while below waits
}

func newActive() active {
	return active{idle: make(chan struct{}, 1), left: make(chan struct{}, 1)}
}

// enter counts a call in, unless it is closed.
func (a *active) enter() bool {
	a.count.Add(1)
	if a.closed.Load() {
		a.leave()
		return false
	}
	return true
}

// below waits until fewer than n are inside. One goroutine may wait at a time.
func (a *active) below(ctx context.Context, n int64) {
	if a.count.Load() < n {
		return
	}
	a.waits.Store(true)
	defer a.waits.Store(false)
	for a.count.Load() >= n {
		select {
		case <-a.left:
		case <-ctx.Done():
			return
		}
	}
}

func (a *active) leave() {
	if a.waits.Load() {
		defer func() {
			select {
			case a.left <- struct{}{}:
			default:
			}
		}()
	}
	if a.count.Add(-1) == 0 && a.closed.Load() {
		select {
		case a.idle <- struct{}{}:
		default:
		}
	}
}

// drain lets nobody in any more and waits for the last to leave.
func (a *active) drain(ctx context.Context) error {
	a.closed.Store(true)
	for a.count.Load() > 0 {
		select {
		case <-a.idle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
