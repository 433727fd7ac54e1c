package rpc

import (
	"context"
	"fmt"
)

// CloseBecause is Close with a reason: the errors of calls, streams and references
// match it too.
func (p *Peer) CloseBecause(reason error) {
	p.Abort(reason)
	<-p.done
}

// Abort begins what CloseBecause does, and does not wait: whatever happens to the peer from
// then on, this side has closed the session.
func (p *Peer) Abort(reason error) { p.fail(fmt.Errorf("%w: %w", ErrClosed, reason)) }

// ShutdownBecause is Shutdown with a reason, which the errors of calls match that come
// meanwhile.
func (p *Peer) ShutdownBecause(ctx context.Context, reason error) error {
	p.mu.Lock()
	if p.leave == nil {
		p.leave = Errorf(Unavailable, "the %v is being stopped: %w", p.cfg.Side.Peer(), reason)
	}
	p.mu.Unlock()
	return p.Shutdown(ctx)
}
