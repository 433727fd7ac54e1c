package rpc

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tenon-dev/tenon/core/internal/leak"
)

func TestWorkersRunAtOnce(t *testing.T) {
	leak.Check(t)
	var p workers
	const tasks = 3 * parked // more than are kept
	var met sync.WaitGroup
	met.Add(tasks)
	for range tasks {
		if !p.do(taskFunc(func() { met.Done(); met.Wait() })) { // none ends before all have begun
			t.Fatal("a task was refused")
		}
	}
	met.Wait()
	eventually(t, "the surplus ends", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return len(p.idle) == parked })
	var ran atomic.Bool
	done := make(chan struct{})
	p.do(taskFunc(func() { ran.Store(true); close(done) }))
	p.close()
	<-done
	p.wait()
	if !ran.Load() || p.do(taskFunc(func() { t.Error("it runs after close") })) {
		t.Error("what was taken must run, and nothing else")
	}
	p.close()
}

// A parked worker is used again, the last one first.
func TestWorkersUseParked(t *testing.T) {
	leak.Check(t)
	var p workers
	for range 100 {
		done := make(chan struct{})
		p.do(taskFunc(func() { close(done) }))
		<-done
		eventually(t, "it is parked", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return len(p.idle) > 0 })
		p.mu.Lock()
		if n := len(p.idle); n != 1 {
			t.Fatalf("%d workers for one task at a time", n)
		}
		p.mu.Unlock()
	}
	p.close()
	p.wait()
}

// A task may end its goroutine.
func TestWorkersSurviveGoexit(t *testing.T) {
	leak.Check(t)
	var p workers
	p.do(taskFunc(runtime.Goexit))
	p.close()
	within(t, "joining", p.wait)
}

func TestActiveDrains(t *testing.T) {
	leak.Check(t)
	a := newActive()
	for range 3 {
		if !a.enter() {
			t.Fatal("nobody may enter")
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.drain(ctx); err != context.Canceled {
		t.Errorf("got %v", err)
	}
	if a.enter() {
		t.Error("one entered after drain")
	}
	drained := make(chan error, 1)
	go func() { drained <- a.drain(t.Context()) }()
	a.leave()
	a.leave()
	select {
	case err := <-drained:
		t.Fatalf("drained while one is inside: %v", err)
	default:
	}
	a.leave()
	if err := <-drained; err != nil {
		t.Error(err)
	}
	if err := a.drain(t.Context()); err != nil || a.count.Load() != 0 {
		t.Errorf("got %v, %d", err, a.count.Load())
	}
}

// However enters, leaves and a drain fall together, drain returns, and nobody is
// inside then.
func TestActiveConcurrentSafe(t *testing.T) {
	leak.Check(t)
	for range 200 {
		a := newActive()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 20 {
					if a.enter() {
						runtime.Gosched()
						a.leave()
					}
				}
			})
		}
		within(t, "drain", func() { a.drain(context.Background()) })
		if a.enter() {
			t.Fatal("one entered after drain")
		}
		wg.Wait()
		if n := a.count.Load(); n != 0 {
			t.Fatalf("%d are inside", n)
		}
	}
}
