// Package meet brings together those who have something for a number with those who
// wait for it, as both brokers of go-plugin do.
package meet

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Wait is how long either side waits for the other.
const Wait = 5 * time.Second

// ErrClosed is returned by Take after Close.
var ErrClosed = errors.New("broker closed")

// A Point keeps the values of each number, in their order, until somebody takes them
// or [Wait] is over. No lock is held while anybody waits. All methods may be called
// concurrently.
type Point[T any] struct {
	discard  func(T)
	capacity int
	wait     time.Duration

	mu      sync.Mutex
	closed  chan struct{}
	over    bool
	total   int
	values  map[uint32][]*value[T]
	waiters map[uint32][]chan T
}

type value[T any] struct {
	v      T
	expiry *time.Timer
}

// New returns a Point. capacity bounds how many values may wait: they come from a peer.
// discard gets every value that nobody took. It is called without a lock, and must not
// wait.
func New[T any](capacity int, discard func(T)) *Point[T] {
	return &Point[T]{
		discard:  discard,
		capacity: capacity,
		wait:     Wait,
		closed:   make(chan struct{}),
		values:   make(map[uint32][]*value[T]),
		waiters:  make(map[uint32][]chan T),
	}
}

// Put gives v to who waits for id, or keeps it. Where too much waits already, and
// after Close, v is discarded.
func (p *Point[T]) Put(id uint32, v T) {
	if !p.put(id, v) {
		p.discard(v)
	}
}

func (p *Point[T]) put(id uint32, v T) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return false
	}
	if waiting := p.waiters[id]; len(waiting) > 0 {
		waiting[0] <- v // has room for one
		p.setWaiters(id, waiting[1:])
		return true
	}
	if p.total == p.capacity {
		return false
	}
	kept := &value[T]{v: v}
	kept.expiry = time.AfterFunc(p.wait, func() { p.expire(id, kept) })
	p.values[id] = append(p.values[id], kept)
	p.total++
	return true
}

// Take waits for a value of id until ctx is done, for [Wait] at most.
func (p *Point[T]) Take(ctx context.Context, id uint32) (T, error) {
	var none T
	p.mu.Lock()
	if p.over {
		p.mu.Unlock()
		return none, ErrClosed
	}
	if kept := p.values[id]; len(kept) > 0 {
		kept[0].expiry.Stop()
		p.setValues(id, kept[1:])
		p.mu.Unlock()
		return kept[0].v, nil
	}
	arrived := make(chan T, 1)
	p.waiters[id] = append(p.waiters[id], arrived)
	p.mu.Unlock()

	ctx, cancel := context.WithTimeout(ctx, p.wait)
	defer cancel()
	select {
	case v := <-arrived:
		return v, nil
	case <-p.closed:
		return none, ErrClosed
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case v := <-arrived: // it came at the last moment
		return v, nil
	default:
	}
	rest := make([]chan T, 0, len(p.waiters[id]))
	for _, w := range p.waiters[id] {
		if w != arrived {
			rest = append(rest, w)
		}
	}
	p.setWaiters(id, rest)
	return none, ctx.Err()
}

// Close ends all waiting and discards what was kept. Calling it again is fine.
func (p *Point[T]) Close() {
	p.mu.Lock()
	if p.over {
		p.mu.Unlock()
		return
	}
	p.over = true
	close(p.closed)
	kept := p.values
	p.values = nil
	p.mu.Unlock()
	for _, values := range kept {
		for _, v := range values {
			v.expiry.Stop()
			p.discard(v.v)
		}
	}
}

// expire discards a value that nobody took in time.
func (p *Point[T]) expire(id uint32, old *value[T]) {
	p.mu.Lock()
	rest := make([]*value[T], 0, len(p.values[id]))
	found := false
	for _, v := range p.values[id] {
		if v == old {
			found = true
		} else {
			rest = append(rest, v)
		}
	}
	if found {
		p.setValues(id, rest)
	}
	p.mu.Unlock()
	if found {
		p.discard(old.v)
	}
}

// setValues replaces the values of id by fewer by one. Called with mu held.
func (p *Point[T]) setValues(id uint32, rest []*value[T]) {
	p.total--
	if len(rest) == 0 {
		delete(p.values, id)
		return
	}
	p.values[id] = rest
}

// setWaiters replaces those who wait for id. Called with mu held.
func (p *Point[T]) setWaiters(id uint32, rest []chan T) {
	if len(rest) == 0 {
		delete(p.waiters, id)
		return
	}
	p.waiters[id] = rest
}
