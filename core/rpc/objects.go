package rpc

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/tenon-dev/tenon/core/codec"
)

// ErrReleased is what a call gets whose object is no longer there: it was
// released, its call has ended, or it belonged to an earlier process.
var ErrReleased = errors.New("the object was released, or belongs to an earlier process")

// objects are the values that this side lets the peer call, by id. Ids count up
// and are never used again, so that a stale one can only miss.
type objects struct {
	mu    sync.RWMutex
	byID  map[uint64]*exported
	root  *exported
	last  uint64
	limit int
	later func(func()) // runs what must not hold up the caller
}

// exported is one object: a service's value, and how calls on it are encoded.
type exported struct {
	id       uint64
	name     string // the service's, as the peer asked for it
	service  *Service
	codec    codec.Codec
	impl     any
	borrowed bool // the value is not the engine's to close
	errors   Errors
	uses     atomic.Int64 // calls that run, and one for being in the table
	closing  sync.Once    // impl is closed once, where it is the engine's to close
	closed   error
}

// add enters an object into the table and gives it an id.
func (t *objects) add(e *exported) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byID == nil {
		return ErrReleased // the session has ended
	}
	if n := len(t.byID); n > t.limit {
		return exceeded("Objects", n, t.limit, "objects")
	}
	t.last++
	e.id = t.last
	e.uses.Store(1)
	t.byID[e.id] = e
	return nil
}

// use returns the object of that id, to be given back with put, or nil.
func (t *objects) use(id uint64) *exported {
	t.mu.RLock()
	e := t.byID[id]
	if e != nil {
		e.uses.Add(1) // is one at least, as long as e is in the table
	}
	t.mu.RUnlock()
	return e
}

// useAll returns every object but the root, each to be given back with put.
func (t *objects) useAll() []*exported {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var all []*exported
	for id, e := range t.byID {
		if id != rootObject {
			e.uses.Add(1)
			all = append(all, e)
		}
	}
	return all
}

// put ends a use. The last one, after the release, closes the value.
func (t *objects) put(e *exported) {
	if e.uses.Add(-1) > 0 {
		return
	}
	if c, ok := e.impl.(io.Closer); ok && !e.borrowed {
		t.later(func() { e.close(c) })
	}
}

// unused closes the value of an object that did not enter the table.
func (t *objects) unused(e *exported) {
	e.uses.Store(1)
	t.put(e)
}

// release takes an object out of the table, if it is still there.
func (t *objects) release(id uint64) {
	t.mu.Lock()
	e := t.byID[id]
	if e != nil && id != rootObject {
		delete(t.byID, id)
	}
	t.mu.Unlock()
	if e != nil && id != rootObject {
		t.put(e)
	}
}

// close releases every object, and takes no more.
func (t *objects) close() {
	t.mu.Lock()
	all := t.byID
	t.byID = nil
	t.mu.Unlock()
	for _, e := range all {
		t.put(e)
	}
}

// count returns how many objects the peer holds.
func (t *objects) count() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return max(len(t.byID)-1, 0)
}
