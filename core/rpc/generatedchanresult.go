package rpc

import "context"

// A KeptContext is the context of a method that returns a channel: it ends with the
// call until the method has returned, and with the channel's values after that.
type KeptContext struct {
	context.Context
	cancel context.CancelFunc
	detach func() bool
}

// KeepContext returns such a context for a call that is served. Give it to
// [ReplyChan], or call Drop.
func KeepContext(ctx context.Context) *KeptContext {
	kept, cancel := context.WithCancel(context.WithoutCancel(ctx))
	return &KeptContext{Context: kept, cancel: cancel, detach: context.AfterFunc(ctx, cancel)}
}

// Drop ends the context. It may be called more than once.
func (k *KeptContext) Drop() {
	k.detach()
	k.cancel()
}

// ReplyChan passes the values of ch to the caller as a live result, until ch is
// closed or the caller's context ends; then k ends. A nil channel is nil on the
// other side.
func ReplyChan[Item any](in *Incoming, ch <-chan Item, k *KeptContext) {
	p := in.passing()
	if ch == nil {
		k.Drop()
		p.add(reference{kind: refNil})
		return
	}
	k.detach()
	f := p.free(in, sends)
	if f == nil {
		k.Drop()
		return
	}
	codec, registered, over := in.object.codec, in.object.errors, make(chan struct{})
	f.peer.later(func() {
		defer close(over)
		f.watch()
	})
	f.peer.later(func() {
		defer k.Drop()
		f.sending("a value of a channel", registered, func() { sendAll(f, codec, draining(ch, over), registered) })()
	})
}

// ChanResult returns the live result at place i, a channel of the callee. It is
// closed when the callee's is, when the values break off, and when the context of
// the call ends.
func ChanResult[Item any](c *Call, i int) (<-chan Item, error) {
	f, err := c.results.flow(c.b.peer, i, "channel", receives)
	if f == nil {
		if err != nil {
			c.Discard()
		}
		return nil, err
	}
	f.bind(c.ctx)
	ch := make(chan Item)
	codec, peer := c.b.codec, c.b.peer
	over := c.ctx.Done()
	peer.later(func() {
		defer close(ch)
		for v, err := range receiveAll[Item](f, codec) {
			if err != nil {
				return
			}
			select {
			case ch <- v:
			case <-over:
				return
			case <-peer.failed:
				return
			}
		}
	})
	return ch, nil
}
