package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
)

// callWithin bounds a call of the load: none may take so long, whatever another peer
// does to the process.
const callWithin = time.Minute

// A load calls a plugin to which nothing is done, all the time.
type load struct {
	cancel context.CancelFunc
	joined sync.WaitGroup
	calls  atomic.Int64

	mu  sync.Mutex
	err error // the first failure
}

func startLoad(ctx context.Context, o *tenon.Object) *load {
	ctx, cancel := context.WithCancel(ctx)
	l := &load{cancel: cancel}
	for i := range uint64(2) {
		l.joined.Go(func() {
			for id := i << 32; ctx.Err() == nil; id++ {
				call, done := context.WithTimeout(context.WithoutCancel(ctx), callWithin)
				err := echoed(call, o, id)
				done()
				if err != nil {
					l.mu.Lock()
					l.err = errors.Join(l.err, fmt.Errorf("call %d: %w", id, err))
					l.mu.Unlock()
					return
				}
				l.calls.Add(1)
			}
		})
	}
	return l
}

// goesOn waits for n more calls.
func (l *load) goesOn(n int64) error {
	want := l.calls.Load() + n
	for deadline := time.Now().Add(callWithin); l.calls.Load() < want; time.Sleep(time.Millisecond) {
		if err := l.failure(); err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("calls of another plugin do not go on: %d of %d within %v", l.calls.Load()-want+n, n, callWithin)
		}
	}
	return nil
}

func (l *load) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *load) stop() error {
	l.cancel()
	l.joined.Wait()
	return l.failure()
}
