package rpc

import (
	"context"

	"github.com/tenon-dev/tenon/core/codec"
)

// encoder is a codec; a name of its own keeps the word codec for fields.
type encoder = codec.Codec

// A streamCall is the caller's side of a streaming call: the call itself runs on
// a worker until the callee replies, while values go through the flow.
type streamCall[Up, Down, Resp any] struct {
	flow   *flow
	codec  encoder
	cancel context.CancelFunc
	done   chan struct{} // closed when resp and err stand
	resp   Resp
	err    error
}

// open begins a streaming call. args are sent with the call.
func open[Up, Down, Resp any](ctx context.Context, o *Object, method string, args any, d direction) (*streamCall[Up, Down, Resp], error) {
	// The flow ends with the caller's context and not with the call's: what has
	// arrived stays readable when the call itself is over.
	callCtx, cancel := context.WithCancel(ctx)
	call, err := o.Begin(callCtx, method)
	if err != nil {
		cancel()
		return nil, err
	}
	f := call.passing.flow(ctx, d)
	if f == nil {
		cancel()
		return nil, call.passing.err
	}
	s := &streamCall[Up, Down, Resp]{flow: f, codec: call.b.codec, cancel: cancel, done: make(chan struct{})}
	call.passing.flows = nil
	f.peer.later(func() {
		defer close(s.done)
		defer cancel()
		s.err = call.Do(args, &s.resp)
		switch {
		case call.results.refused || s.err != nil && d&receives == 0:
			f.abort(s.err)
		case d&receives == 0:
			f.abort(errFlowOver) // the callee has answered, and takes no more
		default:
			f.sendOver()
		}
	})
	return s, nil
}

// Send sends one value.
func (s *streamCall[Up, Down, Resp]) Send(v Up) error { return s.flow.sendValue(s.codec, &v) }

// CloseSend says that this side sends no more.
func (s *streamCall[Up, Down, Resp]) CloseSend() { s.flow.end(nil, nil) }

// Recv returns the next value.
func (s *streamCall[Up, Down, Resp]) Recv() (Down, error) {
	var v Down
	err := s.flow.receiveValue(s.codec, &v)
	return v, err
}

// wait waits for the callee's answer.
func (s *streamCall[Up, Down, Resp]) wait() (Resp, error) {
	<-s.done // ends with the context
	if s.err != nil {
		var none Resp
		return none, s.err
	}
	return s.resp, nil
}

// Cancel ends the call, and waits until nothing of it is left here.
func (s *streamCall[Up, Down, Resp]) Cancel() {
	s.cancel()
	s.flow.abort(errFlowOver)
	<-s.done
}
