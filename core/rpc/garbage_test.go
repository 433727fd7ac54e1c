package rpc

import (
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"time"
)

// A session whose room is full has the garbage beside it collected: what it makes itself
// before it takes more, and what the program makes meanwhile.
func TestGarbageBesideAFullBudget(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // no collection but what the session wants
	const limit = 64 << 20
	b := &budget{limit: limit, strain: make(chan struct{}, 1)}
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { b.watch(ended) })
	defer watching.Wait()
	defer close(ended)
	b.take(limit - 4<<20)
	runtime.GC()

	for i := range 64 {
		m, reserved, ok := b.buffer(1<<20, 0)
		if !ok {
			t.Fatal("there is no room")
		}
		m.b = make([]byte, 1<<20)
		b.give(reserved)
		if since := sinceCollection(); since > limit/4 {
			t.Fatalf("%d MiB of garbage after %d messages of one", since>>20, i+1)
		}
	}

	garbage = make([]byte, limit)
	garbage = nil
	for end := time.Now().Add(hangGuard); ; time.Sleep(time.Millisecond) {
		if sinceCollection() < limit/4 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the program's garbage was not collected")
		}
	}
}

var garbage []byte

// What makes a session look costs nothing where it holds little, and the garbage of a heap
// that is large anyway is not collected for one session's sake.
func TestGarbageThatDoesNotMatter(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	const limit = 4 << 20
	for name, tt := range map[string]struct{ held, live int }{
		"little held":  {limit / 2, 0},
		"a large heap": {limit, 256 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			ballast := make([]byte, tt.live)
			runtime.GC()
			b := &budget{limit: limit}
			before := collections()
			for range 64 {
				if !b.take(tt.held) {
					t.Fatal("there is no room")
				}
				b.give(tt.held)
				garbage = make([]byte, 1<<20)
			}
			if n := collections() - before; n != 0 {
				t.Errorf("%d collections", n)
			}
			runtime.KeepAlive(ballast)
		})
	}
}

func sinceCollection() int64 {
	collecting.Lock()
	defer collecting.Unlock()
	_, since := heapNow()
	return since
}

func collections() uint32 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.NumGC
}
