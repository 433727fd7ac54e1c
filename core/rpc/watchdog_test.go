package rpc

import (
	"testing"
	"testing/synctest"
	"time"
)

// What lasts is found within two ticks: soon where nothing happened before, and within
// twice the slowest after a busy time; and after that soon again.
func TestWatchdogTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		expired := make(chan uint64, 100)
		w := newWatchdog(func(turn uint64) { expired <- turn })
		defer w.close()
		lasting := func(what string, within time.Duration) {
			began, turn := time.Now(), w.begin()
			if got := <-expired; got != turn {
				t.Fatalf("%s: turn %d expired, where %d lasts", what, got, turn)
			}
			if d := time.Since(began); d > within {
				t.Errorf("%s: found after %v, want %v at most", what, d, within)
			}
			w.end(turn)
			for len(expired) > 0 { // it is told of again with each tick
				<-expired
			}
		}
		lasting("at first", 2*watchdogTick)
		for range 1000 {
			if turn := w.begin(); !w.end(turn) {
				t.Fatal("a short turn expired")
			}
			time.Sleep(watchdogTick / 4)
		}
		if len(expired) > 0 {
			t.Fatal("a short turn expired")
		}
		lasting("after a busy time", 2*watchdogSlowest)
		lasting("once more", 3*watchdogTick) // ticks were a bit slower for the turn that ended
		time.Sleep(time.Minute)
		lasting("after a rest", 3*watchdogTick)
	})
}
