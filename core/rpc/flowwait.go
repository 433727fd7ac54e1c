package rpc

import (
	"context"
	"time"
)

// wait waits for the stream to arrive, and for the call that announces it: the peer
// keeps what has come of a stream, and a call that is never made leaves it with that.
func (f *flow) wait() error {
	select {
	case <-f.arrived:
	default:
		f.waitArrival()
	}
	if f.called != nil {
		<-f.called
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// waitWithin is wait, which the end of ctx ends, too: nobody takes the flow then.
func (f *flow) waitWithin(ctx context.Context) error {
	select {
	case <-f.arrived:
		return f.wait()
	default:
	}
	stop := context.AfterFunc(ctx, func() { f.abort(ctxError(ctx, "wait for the stream")) })
	err := f.wait()
	if !stop() && err == nil { // both came at once
		err = ctxError(ctx, "wait for the stream")
		f.abort(err)
	}
	return err
}

func (f *flow) waitArrival() {
	timer := time.NewTimer(kindTimeout)
	defer timer.Stop()
	select {
	case <-f.arrived:
	case <-timer.C:
		f.abort(Errorf(Unavailable, "the stream that the %v announced has not come within %v: it never opened it, or this process had no room for it", f.peer.cfg.Side.Peer(), kindTimeout))
	case <-f.peer.done:
		f.abort(f.peer.leaving())
	}
}
