package muxlink

import (
	"net"
	"slices"
	"sync"
)

// budget is how many bytes of large writes may be on their way from streams to
// the link at a time.
const budget = 256 << 10

// A gate shares out the budget, first come, first served.
type gate struct {
	mu     sync.Mutex
	inUse  int
	queue  []*turn
	closed bool
}

// A turn is one who waits at the gate.
type turn struct {
	n     int
	ready chan struct{} // closed when n bytes are given, or the gate is closed
}

// acquire waits for n bytes of the budget, until stop is closed. One who finds it
// unused gets more than there is.
func (g *gate) acquire(n int, stop <-chan struct{}) error {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return ErrEnded
	}
	if len(g.queue) == 0 && (g.inUse == 0 || g.inUse+n <= budget) {
		g.inUse += n
		g.mu.Unlock()
		return nil
	}
	me := &turn{n: n, ready: make(chan struct{})}
	g.queue = append(g.queue, me)
	g.mu.Unlock()
	select {
	case <-me.ready:
	case <-stop:
		g.mu.Lock()
		defer g.mu.Unlock()
		if i := slices.Index(g.queue, me); i >= 0 {
			g.queue = slices.Delete(g.queue, i, i+1)
		} else {
			g.inUse -= n // it was given meanwhile
		}
		g.admit()
		return net.ErrClosed
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return ErrEnded
	}
	return nil
}

// release gives back n bytes.
func (g *gate) release(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inUse -= n
	g.admit()
}

// admit lets in those whose turn it is.
func (g *gate) admit() {
	for len(g.queue) > 0 && (g.inUse == 0 || g.inUse+g.queue[0].n <= budget) {
		g.inUse += g.queue[0].n
		close(g.queue[0].ready)
		g.queue = slices.Delete(g.queue, 0, 1)
	}
}

// close sends away all who wait, and who come later.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for _, t := range g.queue {
		close(t.ready)
	}
	g.queue = nil
}
