package rpc

import (
	"runtime"
	"sync"
	"time"
)

// A holding is that this side holds an object of the peer which a call or a reply
// passed to it. It ends when the object is closed, or when nothing refers to it
// any more and the garbage collector finds that out: then the peer is told.
//
// Objects that were dispensed are not collected: making one often is what starts
// something, and the host need not keep what it started.
type holding struct {
	peer *Peer
	id   uint64
	once sync.Once
}

// hold notes that this side holds b, until nothing refers to it: calls in flight
// do.
func hold(b *binding) *holding {
	h := &holding{peer: b.peer, id: b.id}
	runtime.AddCleanup(b, (*holding).release, h)
	return h
}

// homeGrace is how long what a reply brings home is held at least. Nothing says when a
// reply has arrived, and a release goes another way.
const homeGrace = 2 * time.Second

// keepHomes keeps the garbage collector from releasing what a reply brings home before
// the peer has it.
func (p *passing) keepHomes() {
	if homes := p.homes; len(homes) > 0 {
		time.AfterFunc(homeGrace, func() { runtime.KeepAlive(homes) })
	}
}

// release does not wait: the garbage collector's goroutine calls it too.
func (h *holding) release() {
	h.once.Do(func() { h.peer.releaseObject(h.id) })
}

// abandoned ends a flow when nothing refers to v any more, through which alone it
// can be used: nobody is left who could close it.
func abandoned[T any](v *T, f *flow) { runtime.AddCleanup(v, (*flow).dropped, f) }

// dropped ends a flow that nobody uses any more. What was written before this side said
// its last word still arrives.
func (f *flow) dropped() {
	f.mu.Lock()
	sent, received, both := f.sentEnd, f.endErr != nil, f.both
	f.mu.Unlock()
	switch {
	case sent && received: // it settles by itself
	case sent && both:
		f.stop()
		f.peer.later(f.watch) // see framedConn.drain
	default:
		f.abort(errFlowOver)
	}
}
