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
	*AnyStream
	resp Resp
}

// open begins a streaming call. args are sent with the call.
func open[Up, Down, Resp any](ctx context.Context, o *Object, method string, args any, d direction) (*streamCall[Up, Down, Resp], error) {
	call, err := o.Begin(ctx, method)
	if err != nil {
		return nil, err
	}
	call.PassStream(d&sends != 0, d&receives != 0)
	s := &streamCall[Up, Down, Resp]{}
	s.AnyStream, err = call.DoStream(args, &s.resp)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Send sends one value.
func (s *streamCall[Up, Down, Resp]) Send(v Up) error { return s.AnyStream.Send(&v) }

// Recv returns the next value.
func (s *streamCall[Up, Down, Resp]) Recv() (Down, error) {
	var v Down
	err := s.AnyStream.Recv(&v)
	return v, err
}

// wait waits for the callee's answer.
func (s *streamCall[Up, Down, Resp]) wait() (Resp, error) {
	if err := s.Wait(); err != nil {
		var none Resp
		return none, err
	}
	return s.resp, nil
}
