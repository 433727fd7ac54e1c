package rpc

import (
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

// What a session holds is bounded, and what it held is garbage, which the collector leaves
// lying until the heap has doubled: a peer that keeps its room full makes a small process
// grow to twice its limit. So while a session holds more than half of what it may, it looks
// at how much garbage there may be, and has it collected when it is too much.

// A session looks when it has taken that much more, and every so often.
const (
	lookAfter = 1 << 20
	lookEvery = 10 * time.Millisecond
)

// collecting says what the heap holds. It has one owner at a time: whoever has waited for
// it finds that another one has collected what there was.
var collecting struct {
	sync.Mutex
	heap [2]metrics.Sample
}

// strained is called when n bytes more are held, and more than half of what may be. It may
// wait for a collection: its caller reads for a peer, who waits meanwhile.
func (b *budget) strained(n int64) {
	if b.taken.Add(n) >= lookAfter {
		b.taken.Store(0)
		b.collect()
	}
	select {
	case b.strain <- struct{}{}:
	default:
	}
}

// watch looks while much is held, until the session has ended: what others allocate is
// garbage, too.
func (b *budget) watch(ended <-chan struct{}) {
	for {
		select {
		case <-b.strain:
		case <-ended:
			return
		}
		b.lookOn(ended)
	}
}

func (b *budget) lookOn(ended <-chan struct{}) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for b.held() > b.limit/2 {
		select {
		case <-tick.C:
			b.collect()
		case <-ended:
			return
		}
	}
}

// collect collects the garbage of the process when there may be too much of it.
func (b *budget) collect() {
	collecting.Lock()
	defer collecting.Unlock()
	if live, since := heapNow(); since > b.tolerates(live) {
		runtime.GC()
	}
}

// tolerates returns how much garbage there may be where that much of the heap lives: an
// eighth of the limit and half of what is free of it. Where more lives besides, it is half
// of that, so that no peer makes a process collect more than twice as often as it would
// without.
func (b *budget) tolerates(live int64) int64 {
	held := b.held()
	return max(b.limit/8+(b.limit-held)/2, (live-held)/2)
}

// heapNow returns how many bytes of the heap the last collection found in use, and how
// many came since. Called with collecting locked.
func heapNow() (live, since int64) {
	s := collecting.heap[:]
	s[0].Name, s[1].Name = "/gc/heap/live:bytes", "/memory/classes/heap/objects:bytes"
	metrics.Read(s)
	live = int64(s[0].Value.Uint64())
	return live, int64(s[1].Value.Uint64()) - live
}
