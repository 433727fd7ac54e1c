package rpc

import (
	"context"

	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
)

// Lazy returns an object that is dispensed by the first call that needs it, and
// then behaves like one that [Renewable] made of what dispense returns. Before that
// it has no methods to tell. dispense is called by one caller at a time, with that
// one's context; its error is what that call returns, and the next call tries
// again. closed, if it is not nil, is called once when the object is closed.
func Lazy(service string, dispense func(ctx context.Context) (*Object, error), closed func()) *Object {
	b := &binding{peer: nobody(), service: service, codec: jsoncodec.New(), held: new(holding)}
	b.held.once.Do(func() {}) // there is nothing to release
	return &Object{bound: b, renewal: &renewal{again: dispense, closed: closed}}
}

// nobody returns a peer that has left already.
func nobody() *Peer {
	gone := make(chan struct{})
	close(gone)
	return &Peer{failed: gone, done: gone}
}
