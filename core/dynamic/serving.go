package dynamic

import (
	"context"
	"io"
	"net"
	"reflect"
	"sync"

	"github.com/tenon-dev/tenon/core/rpc"
)

// define describes a method of that shape to the engine. fn returns the func that
// serves it, out of the value that is served.
func (s *shape) define(name string, fn func(impl any) reflect.Value) rpc.MethodDefinition {
	def := rpc.MethodDefinition{
		Name: name, Params: s.args.names, Args: s.args.packed, Result: s.reply.packed,
		Serve: func(ctx context.Context, impl any, call *rpc.Incoming) error {
			return (&serving{shape: s, ctx: ctx, call: call}).serve(fn(impl))
		},
	}
	def.Live, def.LiveResults = s.describe()
	def.Kind, def.Item, def.Down = s.streamTypes()
	return def
}

// streamTypes returns what the catalogue says of the method's sequences.
func (s *shape) streamTypes() (k rpc.Kind, item, down reflect.Type) {
	var up reflect.Type
	if s.sequences == 1 {
		for _, p := range s.params {
			if p.kind == sequence {
				up, _, _ = itemOf(p.typ)
			}
		}
	}
	if s.stream != nil {
		down, _, _ = itemOf(s.stream.typ)
	}
	switch {
	case up != nil && down != nil:
		return rpc.KindBidiStream, up, down
	case down != nil:
		return rpc.KindServerStream, down, nil
	case up != nil:
		return rpc.KindClientStream, up, nil
	}
	return rpc.KindUnary, nil, nil
}

// serving is one call that is served.
type serving struct {
	shape  *shape
	ctx    context.Context
	call   *rpc.Incoming
	stream *rpc.AnyStream // of a streaming method

	mu  sync.Mutex
	err error // of a callback or a sequence that has no place for one
}

// failed notes an error that the func had no way to learn of: it becomes the
// call's.
func (s *serving) failed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
}

func (s *serving) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// serve calls fn with the arguments of the call, and replies.
func (s *serving) serve(fn reflect.Value) error {
	in, err := s.arguments()
	if err != nil {
		return err
	}
	var out []reflect.Value
	if s.shape.variadic {
		out = fn.CallSlice(in)
	} else {
		out = fn.Call(in)
	}
	if s.shape.err {
		last := out[len(out)-1]
		if !last.IsNil() {
			return last.Interface().(error)
		}
		out = out[:len(out)-1]
	}
	return s.reply(out)
}

// arguments returns what the func is called with.
func (s *serving) arguments() ([]reflect.Value, error) {
	target := s.shape.args.target()
	if err := s.call.Decode(pointer(target)); err != nil {
		return nil, err
	}
	plains := s.shape.args.split(target)
	var in []reflect.Value
	if s.shape.context {
		in = append(in, reflect.ValueOf(s.ctx))
	}
	if p := s.shape.stream; p != nil {
		var err error
		if s.stream, err = s.call.Stream(p.place, true, p.both); err != nil {
			return nil, err
		}
		if s.stream == nil {
			return nil, rpc.Errorf(rpc.InvalidArgument, "it is a streaming method, and the caller passes no stream")
		}
	}
	for _, p := range s.shape.params {
		v, err := s.argument(p, plains)
		if err != nil {
			return nil, err
		}
		in = append(in, v)
	}
	return in, nil
}

func (s *serving) argument(p param, plains []reflect.Value) (reflect.Value, error) {
	switch p.kind {
	case plain:
		return plains[p.place], nil
	case reader:
		return holder(s.call.Reader(p.place)).in(p.typ)
	case writer:
		return holder(s.call.Writer(p.place)).in(p.typ)
	case duplex:
		return holder(s.call.Duplex(p.place)).in(p.typ)
	case connection:
		return holder(s.call.Conn(p.place)).in(p.typ)
	case sequence:
		return s.sequence(p)
	case callback:
		o, home, err := s.call.Callback(p.place)
		return p.received(s.ctx, o, home, err, s.failed)
	}
	o, home, err := s.call.Object(p.place)
	return p.received(context.Background(), o, home, err, nil)
}

func (s *serving) sequence(p param) (reflect.Value, error) {
	item, _, _ := itemOf(p.typ)
	if s.stream != nil && s.shape.stream.both {
		return fromAny(p.typ, receive(s.stream, item, func() {}, nil), s.failed), nil
	}
	stream, err := s.call.Stream(p.place, false, true)
	if err != nil || stream == nil {
		return reflect.Zero(p.typ), err
	}
	return fromAny(p.typ, receive(stream, item, stream.Stop, nil), s.failed), nil
}

// reply passes the live results, streams, and replies with the plain ones.
func (s *serving) reply(out []reflect.Value) error {
	if s.stream != nil {
		if seq := toAny(out[0]); seq != nil {
			if err := s.stream.SendAll(seq); err != nil {
				return err
			}
		}
		out = nil
	}
	if err := s.failure(); err != nil {
		return err
	}
	for i, p := range s.shape.results {
		switch p.kind {
		case reader:
			s.call.ReplyReader(as[io.Reader](out[i]))
		case writer:
			s.call.ReplyWriter(as[io.Writer](out[i]))
		case duplex:
			s.call.ReplyDuplex(as[io.ReadWriter](out[i]))
		case connection:
			s.call.ReplyConn(as[net.Conn](out[i]))
		case object:
			s.call.ReplyObject(p.set().service(out[i]), export(out[i], true))
		}
	}
	return s.call.Reply(s.shape.reply.join(s.shape.plainResults(out)))
}

// plainOf returns the plain ones of the arguments.
func (s *shape) plainOf(in []reflect.Value) []reflect.Value { return plainsOf(s.params, in) }

// plainResults returns the plain ones of the results.
func (s *shape) plainResults(out []reflect.Value) []reflect.Value { return plainsOf(s.results, out) }

func plainsOf(params []param, values []reflect.Value) []reflect.Value {
	var plains []reflect.Value
	for i, p := range params {
		if p.kind == plain {
			plains = append(plains, values[i])
		}
	}
	return plains
}
