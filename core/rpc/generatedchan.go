package rpc

import (
	"iter"
	"sync"
)

// PassChan passes the values of a channel, which the callee receives while the call
// runs. Nothing more is received from ch when the call has ended; what was
// received last may be lost then.
func PassChan[Item any](c *Call, ch <-chan Item) {
	if ch == nil {
		c.passing.add(reference{kind: refNil})
		return
	}
	if !c.fits(placeSeq) {
		return
	}
	if f := c.passing.flow(c.ctx, sends); f != nil {
		over := make(chan struct{})
		watch := func() {
			defer close(over)
			f.watch()
		}
		registered := f.peer.cfg.Errors
		c.pumps = append(c.pumps, watch, f.sending("a value of a channel", registered, func() { sendAll(f, c.b.codec, draining(ch, over), registered) }))
	}
}

// FeedChan is [FeedSeq] for a channel.
func FeedChan[Item any](s *AnyStream, ch <-chan Item) {
	if ch == nil {
		s.CloseSend()
		return
	}
	FeedSeq(s, draining(ch, s.done))
}

// draining returns the values of ch until it is closed, or over is.
func draining[Item any](ch <-chan Item, over <-chan struct{}) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for {
			select {
			case v, ok := <-ch:
				if !ok || !yield(v, nil) {
					return
				}
			case <-over:
				return
			}
		}
	}
}

// ChanArg returns the live argument at place i, a channel of the caller, which is
// closed when the caller's is, and when the call ends. Where the values broke off, lost
// is told the error and the context of the call ends, before the channel is closed: that is
// how the end of all values is told from a part of them.
func ChanArg[Item any](in *Incoming, i int, lost func(error)) (<-chan Item, error) {
	seq, err := SeqArg[Item](in, i)
	if seq == nil {
		return nil, err
	}
	return channelOf(in, seq, lost), nil
}

// ChanOf is [ChanArg] for the values that come on a stream in both directions.
func ChanOf[Item any](in *Incoming, s *AnyStream, lost func(error)) <-chan Item {
	return channelOf(in, RecvSeq[Item](s), lost)
}

// channelOf sends the values of seq to a channel, on a goroutine of the engine that
// ends with the call.
func channelOf[Item any](in *Incoming, seq iter.Seq2[Item, error], lost func(error)) <-chan Item {
	ch := make(chan Item)
	over := in.Done()
	in.lane.peer.later(func() {
		defer close(ch)
		in.lane.peer.guarded("a value of a channel", func() {
			for v, err := range seq {
				if err != nil {
					lost(err)
					in.cancel()
					return
				}
				select {
				case ch <- v:
				case <-over:
					return
				}
			}
		}, func(err *Error) {
			lost(err)
			in.cancel()
		})
	})
	return ch
}

// DoChan makes a call whose stream was passed by [Call.PassStream], and sends the
// values that come to ch, in this goroutine. It does not close ch. feed, if it is not
// nil, is called once the call is made, to send values of this side. result stands
// when it has returned.
func DoChan[Item any](c *Call, args, result any, ch chan<- Item, feed func(*AnyStream)) error {
	ctx := c.ctx
	s, err := c.DoStream(args, result)
	if err != nil {
		return err
	}
	defer s.Cancel()
	if feed != nil {
		feed(s)
	}
	for {
		var v Item
		err := s.Recv(&v)
		if isEnd(err) {
			return s.Wait()
		}
		if err != nil {
			return err
		}
		select {
		case ch <- v:
		case <-ctx.Done():
			return ctxError(ctx, "receive what "+c.method+" sends")
		}
	}
}

// A ChanSender is the callee's end of a channel to which a method sends.
type ChanSender[Item any] struct {
	ch      chan Item
	flush   sync.Once
	flushed chan struct{} // closed when the method has returned
	pumped  chan struct{} // closed when nothing is sent any more
}

// SendChan returns the channel whose values go to the caller over stream. Values
// that the caller does not take any more are dropped. Flush must be called when the
// method has returned.
func SendChan[Item any](in *Incoming, stream *AnyStream) *ChanSender[Item] {
	s := &ChanSender[Item]{ch: make(chan Item), flushed: make(chan struct{}), pumped: make(chan struct{})}
	in.lane.peer.later(func() {
		defer close(s.pumped)
		broken := false
		for v := range draining(s.ch, s.flushed) {
			if !broken {
				broken = !stream.sendOrEnd(&v)
			}
		}
	})
	return s
}

// sendOrEnd sends a value, or ends the stream with the reason why that cannot be,
// and reports which. The method goes on sending to its channel in either case.
func (s *AnyStream) sendOrEnd(v any) (sent bool) {
	s.flow.sending("a value of a channel", s.registered, func() {
		err := s.Send(v)
		if sent = err == nil; !sent {
			s.flow.end(err, s.registered)
		}
	})()
	return sent
}

// Chan returns the channel, for the method that sends to it.
func (s *ChanSender[Item]) Chan() chan<- Item { return s.ch }

// Flush waits until what was sent to the channel has been passed on. Nothing takes
// from the channel any more then. Calling it again does nothing.
func (s *ChanSender[Item]) Flush() {
	s.flush.Do(func() { close(s.flushed) })
	<-s.pumped // ends with the stream at the latest, and that with the call
}
