package rpc

import (
	"context"
)

// A renewal is how an object outlives its peer.
type renewal struct {
	again  func(ctx context.Context) (*Object, error)
	closed func()

	renewing chan struct{} // non-nil while one caller gets the next object; guarded by Object.mu
}

// Renewable returns an object that behaves like o, and gets itself another one
// from again when o's peer is gone or was retired (see [Peer.Retire]). Calls that
// are in flight when a peer dies fail; later ones wait for the next object within
// their context. again is called by one caller at a time, with that one's context;
// its error is what that call returns. closed, if it is not nil, is called once
// when the object is closed. o must not be used any more.
func Renewable(o *Object, again func(ctx context.Context) (*Object, error), closed func()) *Object {
	return &Object{bound: o.bound, renewal: &renewal{again: again, closed: closed}}
}

// enter returns where o is now. A call of a renewable object is counted in at the
// peer, which cannot be retired under it: leave must follow.
func (o *Object) enter(ctx context.Context) (*binding, error) {
	for {
		o.mu.Lock()
		b, closed := o.bound, o.closed
		o.mu.Unlock()
		switch {
		case closed:
			return nil, Errorf(FailedPrecondition, "call on a closed object of service %q: %w", b.service, ErrReleased)
		case o.renewal == nil, !b.peer.Ending() && b.peer.renewables.enter():
			return b, nil
		}
		if err := o.renew(ctx, b); err != nil {
			return nil, err
		}
	}
}

// leave counts a call out at b.
func (o *Object) leave(b *binding) {
	if o.renewal != nil {
		b.peer.renewables.leave()
	}
}

// renew gets the object that takes the place of old, or waits while another caller
// does.
func (o *Object) renew(ctx context.Context, old *binding) error {
	r := o.renewal
	o.mu.Lock()
	if o.closed || o.bound != old {
		o.mu.Unlock()
		return nil
	}
	if renewing := r.renewing; renewing != nil {
		o.mu.Unlock()
		select {
		case <-renewing:
			return nil
		case <-ctx.Done():
			return ctxError(ctx, "wait for service "+old.service)
		}
	}
	renewing := make(chan struct{})
	r.renewing = renewing
	o.mu.Unlock()
	next, err := r.again(ctx)
	o.mu.Lock()
	if r.renewing = nil; err == nil {
		o.bound = next.bound
	}
	late := o.closed && err == nil
	o.mu.Unlock()
	if late { // closed meanwhile: nobody else releases the new one
		next.Close()
	}
	close(renewing)
	return err
}

// Ending reports whether the session has ended, or ends in this moment: calls fail.
func (p *Peer) Ending() bool {
	select {
	case <-p.failed:
		return true
	default:
		return false
	}
}

// Retire makes renewable objects (see [Renewable]) leave this peer: their next
// calls go to the objects that take their place. Nothing else changes.
func (p *Peer) Retire() { p.renewables.closed.Store(true) }

// AwaitIdle waits, after Retire, until the calls of renewable objects have ended
// and no stream, reader, writer or connection of this session is open any more, or
// the session has ended. An error means that ctx ended first.
func (p *Peer) AwaitIdle(ctx context.Context) error {
	if err := p.renewables.drain(ctx); err != nil {
		return err
	}
	return p.flows.idle(ctx)
}
