package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenon-dev/tenon/tools/bench/internal/sidechannel"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// stuckAfter is how much longer than planned one step may take before its program
// is killed, so that nothing hangs.
const stuckAfter = 30 * time.Second

// A running subject: its program, and the way to ask it about itself, which is
// nil where it was only launched.
type running struct {
	session subject.Session
	side    *sidechannel.Channel
	once    sync.Once
}

// start starts a subject's program as a role of this binary, for so many streams
// where that is more than defaults allow.
func start(ctx context.Context, hub *sidechannel.Hub, s subject.Subject, streams int) (*running, error) {
	ctx, cancel := context.WithTimeout(ctx, stuckAfter)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	env, connected := hub.Expect()
	session, err := s.Start(ctx, subject.Program{Path: self, Env: append(env, roleEnv+"="+s.Role()), Streams: streams})
	if err != nil {
		return nil, err
	}
	side, err := connected(ctx)
	if err != nil {
		session.Close()
		return nil, err
	}
	return &running{session: session, side: side}, nil
}

// close ends the program and waits until it was reaped. Again is fine.
func (r *running) close() {
	r.once.Do(func() {
		r.session.Close()
		if r.side != nil {
			r.side.Close()
		}
	})
}

// guard closes the program when ctx ends, or after a time much longer than f
// should take, so that f's calls fail instead of waiting for ever.
func (r *running) guard(ctx context.Context, planned time.Duration, f func() error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, planned+stuckAfter, fmt.Errorf("it was stuck for %v and was killed", stuckAfter))
	defer cancel()
	stop := context.AfterFunc(ctx, r.close)
	err := f()
	if !stop() && err != nil {
		return fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return err
}

// preparing is how many callers of a cell are prepared at a time, and prepareEach how long
// one of them may take, beside stuckAfter for all of them.
const (
	preparing   = 64
	prepareEach = 5 * time.Millisecond
)

// workers prepares the callers of a cell.
func (r *running) workers(ctx context.Context, c cell) ([]*worker, error) {
	all := make([]*worker, c.callers+c.beside)
	err := r.guard(ctx, time.Duration(len(all))*prepareEach, func() error {
		next := make(chan int, len(all))
		for i := range all {
			next <- i
		}
		close(next)
		var joined sync.WaitGroup
		var failed atomic.Pointer[error]
		for range min(preparing, len(all)) {
			joined.Go(func() {
				for i := range next {
					w, load := c.work, false
					if i >= c.callers {
						w, load = besideWork(), true
					}
					if failed.Load() != nil {
						return
					}
					call, release, err := r.session.Caller(ctx, w)
					if err != nil {
						failed.CompareAndSwap(nil, &err)
						return
					}
					all[i] = &worker{call: call, release: release, load: load}
				}
			})
		}
		joined.Wait()
		if err := failed.Load(); err != nil {
			return *err
		}
		return nil
	})
	if err != nil {
		releaseAll(all)
		return nil, err
	}
	return all, nil
}

func releaseAll(workers []*worker) {
	for _, w := range workers {
		if w != nil { // it was not the one that could not be prepared
			w.release()
		}
	}
}
