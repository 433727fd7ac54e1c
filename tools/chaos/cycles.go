package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"syscall"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/transport"
)

// flatWithin is how much larger the heap may be at the end of many cycles than
// after the first of them: what pools and tables keep once, and no more.
const flatWithin = 1 << 20

// cycles starts a plugin, makes a call, and ends it, so many times: with SIGKILL,
// or cleanly. Nothing may be left, and memory must not grow.
func (s *suite) cycles(ctx context.Context, n int, kill bool, over []transport.Transport, progress func(done int)) error {
	before := s.counter.count()
	warm := min(n/4, 50)
	var heap uint64
	for i := range n {
		if err := s.cycle(ctx, kill, over[i%len(over)]); err != nil {
			return fmt.Errorf("cycle %d of %d, over %s: %w", i+1, n, over[i%len(over)].Name(), err)
		}
		if i == warm {
			if err := s.counter.settled(before); err != nil {
				return err
			}
			heap = liveHeap()
		}
		progress(i + 1)
	}
	if err := s.counter.settled(before); err != nil {
		return fmt.Errorf("after %d cycles: %w", n, err)
	}
	if now := liveHeap(); now > heap+flatWithin {
		return fmt.Errorf("after %d cycles the heap holds %d KiB, after %d it was %d KiB", n, now>>10, warm+1, heap>>10)
	}
	return nil
}

func (s *suite) cycle(ctx context.Context, kill bool, t transport.Transport) error {
	client := tenon.NewClient(s.config(t, "victim", s.victimEnv...))
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, callWithin+lateBy)
	defer cancel()
	o, err := client.Dispense(ctx, "victim", nil)
	if err != nil {
		return err
	}
	if _, err := methodEcho.Call(ctx, o, ticket{Seq: 1}); err != nil {
		return err
	}
	if !kill {
		return client.Close()
	}
	if err := syscall.Kill(client.Info().PID, syscall.SIGKILL); err != nil {
		return err
	}
	select {
	case <-client.Done():
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the death of the plugin was not noticed: %w", ctx.Err())
	}
}

// succession lets one plugin be followed by the next so many times under a load of
// calls: after SIGKILL, or by swaps, every second one with the old process stopped
// first. Nothing may be left, and memory must not grow.
func (s *suite) succession(ctx context.Context, n int, kill bool, over []transport.Transport, progress func(done int)) (calls, excused int64, err error) {
	before := s.counter.count()
	for i, t := range over {
		share := (i+1)*n/len(over) - i*n/len(over)
		c := &scene{run: s, transport: t, rand: seeded(uint64(i))}
		err := s.successors(ctx, c, share, kill, func(done int) { progress(i*n/len(over) + done) })
		if ended := c.end(); err == nil {
			err = ended
		}
		if c.load != nil {
			calls, excused = calls+c.load.calls.Load(), excused+c.load.excused.Load()
		}
		if err != nil {
			return calls, excused, fmt.Errorf("over %s: %w", t.Name(), err)
		}
	}
	return calls, excused, s.counter.settled(before)
}

func (s *suite) successors(ctx context.Context, c *scene, n int, kill bool, progress func(done int)) error {
	excuses, change := isCrash, func(cfg *tenon.ClientConfig) { cfg.Restart = atOnce }
	if !kill {
		excuses, change = nil, nil
	}
	if err := c.serve(ctx, 0, excuses, change); err != nil {
		return err
	}
	warm := min(n/4, 50)
	var heap uint64
	for i := range n {
		err := error(nil)
		if kill {
			err = c.dieOnce(ctx)
		} else if err = c.client.Swap(ctx, c.next("victim"), tenon.SwapMode(i%2)); err == nil {
			err = c.load.broken()
		}
		if err != nil {
			return fmt.Errorf("process %d of %d: %w", i+1, n, err)
		}
		if i == warm {
			heap = liveHeap()
		}
		progress(i + 1)
	}
	if now := liveHeap(); now > heap+flatWithin {
		return fmt.Errorf("after %d processes the heap holds %d KiB, after %d it was %d KiB", n, now>>10, warm+1, heap>>10)
	}
	return nil
}

// many starts so many plugins together, calls each, and stops all.
func (s *suite) many(ctx context.Context, n int, over []transport.Transport) (took time.Duration, err error) {
	before := s.counter.count()
	began := time.Now()
	var set tenon.Set
	defer set.Close()
	for i := range n {
		if err := set.Add(fmt.Sprint("victim-", i), tenon.NewClient(s.config(over[i%len(over)], "victim"))); err != nil {
			return 0, err
		}
	}
	if err := set.Start(ctx); err != nil {
		return 0, err
	}
	for name, client := range set.All() {
		if state := client.State(); state != tenon.Ready {
			return 0, fmt.Errorf("%s of %d is %v", name, n, state)
		}
		o, err := client.Dispense(ctx, "victim", nil)
		if err == nil {
			_, err = methodEcho.Call(ctx, o, ticket{Seq: 1})
		}
		if err != nil {
			return 0, fmt.Errorf("%s of %d: %w", name, n, err)
		}
	}
	if err := set.Close(); err != nil {
		return 0, err
	}
	took = time.Since(began)
	return took, s.counter.settled(before)
}

// liveHeap is what the heap holds that is still in use: the least of some looks, since
// calls and streams go on meanwhile, and hold their messages.
func liveHeap() uint64 {
	const looks = 10
	least := uint64(math.MaxUint64)
	for range looks {
		runtime.GC()
		runtime.GC() // the second frees what the first found in pools
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		least = min(least, m.HeapAlloc)
		time.Sleep(time.Millisecond)
	}
	return least
}
