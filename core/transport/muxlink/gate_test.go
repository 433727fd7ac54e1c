package muxlink

import (
	"net"
	"sync"
	"testing"
)

// waiting returns how many wait at g.
func (g *gate) waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.queue)
}

// queueUp acquires n in the background and returns once that waits.
func queueUp(t *testing.T, g *gate, n int, stop <-chan struct{}) <-chan error {
	t.Helper()
	before := g.waiting()
	got := make(chan error, 1)
	go func() { got <- g.acquire(n, stop) }()
	within(t, "waiting at the gate", func() {
		for g.waiting() == before {
		}
	})
	return got
}

func TestGateInTurn(t *testing.T) {
	var g gate
	if err := g.acquire(3*budget, nil); err != nil {
		t.Fatalf("more than the budget, of which nothing is in use: %v", err)
	}
	first := queueUp(t, &g, budget, nil)
	second := queueUp(t, &g, 1, nil)
	g.release(3 * budget)
	if err := <-first; err != nil {
		t.Errorf("the first who waited: %v", err)
	}
	if g.waiting() != 1 {
		t.Error("the second did not wait for its turn, or was forgotten")
	}
	g.release(budget)
	if err := <-second; err != nil {
		t.Errorf("the second who waited: %v", err)
	}
}

func TestGateStop(t *testing.T) {
	var g gate
	g.acquire(budget, nil)
	stop := make(chan struct{})
	first := queueUp(t, &g, budget, stop)
	second := queueUp(t, &g, 1, nil)
	close(stop)
	if err := <-first; err != net.ErrClosed {
		t.Errorf("the one who was stopped: %v, want net.ErrClosed", err)
	}
	g.release(budget)
	if err := <-second; err != nil {
		t.Errorf("the one behind it: %v", err)
	}
	g.release(1)
	if g.inUse != 0 {
		t.Errorf("%d bytes are in use at the end, want 0", g.inUse)
	}
}

func TestGateClose(t *testing.T) {
	var g gate
	g.acquire(budget, nil)
	waits := queueUp(t, &g, 1, nil)
	g.close()
	if err := <-waits; err != ErrEnded {
		t.Errorf("the one who waited: %v, want %v", err, ErrEnded)
	}
	if err := g.acquire(1, nil); err != ErrEnded {
		t.Errorf("the one who came later: %v, want %v", err, ErrEnded)
	}
}

// TestGateConcurrentSafe checks that no byte of the budget is lost.
func TestGateConcurrentSafe(t *testing.T) {
	var g gate
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			stop := make(chan struct{})
			if i%2 == 0 {
				go close(stop)
			}
			for range 100 {
				if g.acquire(1+i*1000, stop) == nil {
					g.release(1 + i*1000)
				}
			}
		})
	}
	within(t, "all", wg.Wait)
	if g.inUse != 0 || g.waiting() != 0 {
		t.Errorf("%d bytes are in use and %d wait at the end", g.inUse, g.waiting())
	}
}
