package rpc

import (
	"context"
	"iter"
	"sync"
)

// An AnyStream is one side of a streaming call, or one sequence, for code that
// learns the types of the values only at run time. One goroutine may send while
// another one receives; Cancel may be called at any time.
type AnyStream struct {
	flow       *flow
	codec      encoder
	registered Errors
	cancel     context.CancelFunc // on the caller's side
	done       chan struct{}      // on the caller's side: closed when the call has ended and err stands
	err        error
	lost       error // of err, what a clean end of the values does not tell: a writer that was passed has failed, or an interceptor
	whole      bool  // on the caller's side, where it only receives: the answer follows the end
}

// Send sends one value, or what a pointer points to; see [Stream.Send].
func (s *AnyStream) Send(v any) error { return s.flow.sendValue(s.codec, v) }

// SendAll sends the values of seq and then says that this side sends no more, with
// the error that seq gave, if there is one. It returns that error, or why the
// values could not be sent.
func (s *AnyStream) SendAll(seq iter.Seq2[any, error]) error {
	for v, err := range seq {
		if err == nil {
			err = s.flow.sendValue(s.codec, v)
		}
		if err != nil {
			s.flow.end(err, s.registered)
			return err
		}
	}
	return s.CloseSend()
}

// Feed is SendAll on a goroutine of the engine. A seq that waits by itself when
// the stream ends is left alone until it goes on; one that panics ends with that.
func (s *AnyStream) Feed(seq iter.Seq2[any, error]) {
	s.flow.peer.later(s.flow.sending("a sequence", s.registered, func() { s.SendAll(seq) }))
}

// CloseSend says that this side sends no more; see [Stream.CloseSend].
func (s *AnyStream) CloseSend() error {
	s.flow.end(nil, s.registered)
	return nil
}

// Recv decodes the next value into v, a pointer to a zero value. io.EOF, and
// nothing else, is a clean end; see [Stream.Recv].
func (s *AnyStream) Recv(v any) error {
	err := s.flow.receiveValue(s.codec, v)
	if isEnd(err) && s.whole {
		<-s.done // ends with the context
		if s.lost != nil {
			return s.err
		}
	}
	return err
}

// Stop says that this side reads no more of a stream that it only receives.
func (s *AnyStream) Stop() { s.flow.stop() }

// Cancel ends the call and waits until nothing of it is left on this side, which
// is the one that called; a callee returns instead. After the end it does nothing.
func (s *AnyStream) Cancel() {
	if s.cancel == nil {
		return
	}
	s.cancel()
	s.flow.abort(errFlowOver)
	<-s.done
}

// Wait waits for the callee's answer and returns the call's error, on the side
// that called.
func (s *AnyStream) Wait() error {
	<-s.done // ends with the context
	return s.err
}

// PassStream passes the stream of a streaming method: the callee sends on it where
// down is set, and this side where up is. The call is then made by
// [Call.DoStream].
func (c *Call) PassStream(up, down bool) {
	var d direction
	place := placeServerStream
	if up {
		d |= sends
		place = placeSeq
	}
	if down {
		d |= receives
	}
	if up && down {
		place = placeBidiStream
	}
	if !c.fits(place) {
		return
	}
	if f := c.passing.flow(c.ctx, d); f != nil {
		if !c.bound.takesStream() {
			f.untold = called(c.b.service, c.method)
		}
		// It ends with the caller's context and not with the call: what has arrived
		// stays readable when the call itself is over.
		c.passing.flows = c.passing.flows[:len(c.passing.flows)-1]
		c.stream = f
		if up {
			f.called = make(chan struct{})
			c.called = sync.OnceFunc(func() { close(f.called) })
		}
	}
}

// DoStream makes the call of a streaming method, which runs while values are sent
// and received. [AnyStream.Cancel] must be called at the end. result, a pointer or
// nil, stands when Wait has returned.
func (c *Call) DoStream(args, result any) (*AnyStream, error) {
	f := c.stream
	if f == nil {
		defer c.end()
		err := c.passing.err
		if err == nil {
			err = Errorf(Internal, "%s: no stream was passed", c.method)
		}
		c.passing.abort(err)
		return nil, err
	}
	s := &AnyStream{flow: f, codec: c.b.codec, registered: f.peer.cfg.Errors, done: make(chan struct{})}
	c.ctx, s.cancel = context.WithCancel(c.ctx)
	f.mu.Lock()
	receiving := f.endErr == nil
	s.whole = f.sentEnd
	f.mu.Unlock()
	if !receiving {
		f.peer.later(f.watch) // the callee may say STOP and read on
	}
	f.peer.later(func() {
		defer close(s.done)
		defer s.cancel()
		if c.called != nil {
			defer c.called() // where the call was not made, the stream has been broken by then
		}
		f.peer.guarded("an interceptor", func() { s.err = c.Do(args, result) }, func(err *Error) {
			s.err = err
			c.passing.abort(err)
			f.abort(err)
		})
		if s.lost = c.lost; c.replied && s.lost == nil {
			s.lost = s.err
		}
		switch {
		case c.results.refused || s.err != nil && !(receiving && c.replied):
			f.abort(s.err)
		case !receiving:
			f.abort(errFlowOver) // the callee has answered, and takes no more
		default:
			f.sendOver()
		}
	})
	return s, nil
}

// PassValues is [PassSeq] for values whose types are known only at run time; each
// is a value or a pointer to one.
func (c *Call) PassValues(seq iter.Seq2[any, error]) {
	if seq == nil {
		c.passing.add(reference{kind: refNil})
		return
	}
	if !c.fits(placeSeq) {
		return
	}
	if f := c.passing.flow(c.ctx, sends); f != nil {
		s := &AnyStream{flow: f, codec: c.b.codec, registered: f.peer.cfg.Errors}
		c.pumps = append(c.pumps, f.watch, f.sending("a sequence", s.registered, func() { s.SendAll(seq) }))
	}
}

// Stream returns the live argument at place i, a sequence or the stream of a
// streaming method: this side sends on it where up is set, and receives where down
// is. It lives as long as the call; nil where the caller passed nil.
func (in *Incoming) Stream(i int, up, down bool) (*AnyStream, error) {
	var d direction
	if up {
		d |= sends
	}
	if down {
		d |= receives
	}
	f, err := in.flow(i, "stream", d)
	if f == nil {
		return nil, err
	}
	return &AnyStream{flow: f, codec: in.object.codec, registered: in.object.errors}, nil
}
