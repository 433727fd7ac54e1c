package rpc

import (
	"sync"
	"sync/atomic"
	"time"
)

// A watchdog looks after something short that one goroutine at a time does, and
// that nobody else may have to wait for: what lasts from one of its ticks to the
// next but one has expired. It costs two atomic operations each time and no timer:
// its goroutine ticks while things happen, and rests otherwise.
//
// Each tick wakes a thread, which then looks for work for a while, where the caller and
// the peer need all processors there are: with a tick each millisecond calls take twice
// as long on a machine that has two. So ticks come slower the longer all is well.
type watchdog struct {
	expire func(turn uint64) // told of a turn that lasts; it may have ended meanwhile

	turn   atomic.Uint64 // odd while a turn lasts; each has another number
	awake  atomic.Bool
	wake   chan struct{}
	ended  chan struct{}
	joined sync.WaitGroup
}

const (
	watchdogTick = time.Millisecond // after something lasted, or at first

	// watchdogSlowest is how slow ticks become: each time that turns came and went since
	// the last one takes twice as long as the one before.
	watchdogSlowest = 16 * time.Millisecond

	// watchdogPatience is how many ticks without anything new make the goroutine
	// rest: waking it costs a caller more than a tick costs anybody.
	watchdogPatience = 20
)

func newWatchdog(expire func(turn uint64)) *watchdog {
	w := &watchdog{expire: expire, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	w.joined.Add(1)
	go w.run()
	return w
}

// begin begins a turn and returns its number.
func (w *watchdog) begin() uint64 {
	turn := w.turn.Add(1)
	if !w.awake.Load() && w.awake.CompareAndSwap(false, true) {
		w.wake <- struct{}{} // has room: the last one was received before awake became false
	}
	return turn
}

// end ends a turn, and reports whether it was the first to do so: what expires can
// be ended by expire.
func (w *watchdog) end(turn uint64) bool { return w.turn.CompareAndSwap(turn, turn+1) }

// lasts reports whether a turn has not ended.
func (w *watchdog) lasts(turn uint64) bool { return w.turn.Load() == turn }

func (w *watchdog) run() {
	defer w.joined.Done()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-w.wake:
		case <-w.ended:
			return
		}
		tick := watchdogTick
		for last, same := w.turn.Load(), 0; same < watchdogPatience; {
			timer.Reset(tick)
			select {
			case <-timer.C:
			case <-w.ended:
				return
			}
			turn := w.turn.Load()
			if turn != last {
				last, same = turn, 0
				tick = min(2*tick, watchdogSlowest)
				continue
			}
			tick = watchdogTick
			if same++; turn%2 == 1 {
				w.expire(turn)
			}
		}
		w.awake.Store(false)
		if w.turn.Load()%2 == 1 && w.awake.CompareAndSwap(false, true) { // it began in this moment
			w.wake <- struct{}{}
		}
	}
}

// close joins the goroutine. expire is not called any more.
func (w *watchdog) close() {
	if w == nil {
		return
	}
	close(w.ended)
	w.joined.Wait()
}
