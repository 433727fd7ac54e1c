package rpc

import (
	"context"
	"iter"
	"reflect"
)

// A ServerStream names a method that answers with a sequence of values.
//
//	var List = rpc.ServerStream[ListRequest, Entry]{Name: "List"}
type ServerStream[Req, Item any] struct {
	Name string
}

// Call calls the method on o when the sequence is drawn from, and returns the
// values as they come. A slow consumer slows the producer down: what is on its way
// is bounded by the transport. An error is the last of the sequence; a sequence
// that ends without one is complete. Leaving the loop early, and the end of ctx,
// end the call on both sides.
func (m ServerStream[Req, Item]) Call(ctx context.Context, o *Object, req Req) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		var none Item
		s, err := open[struct{}, Item, struct{}](ctx, o, m.Name, &req, receives)
		if err != nil {
			yield(none, err)
			return
		}
		defer s.Cancel()
		for {
			v, err := s.Recv()
			if isEnd(err) {
				<-s.done // the reply follows
				return
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// HandleServerStream serves m with fn, which returns the sequence to be sent. An
// error in the sequence ends it, and is the call's.
func HandleServerStream[T, Req, Item any](m ServerStream[Req, Item], fn func(T, context.Context, Req) iter.Seq2[Item, error]) Handler[T] {
	return Handler[T]{MethodDefinition{
		Name: m.Name, Kind: KindServerStream, Args: reflect.TypeFor[Req](), Item: reflect.TypeFor[Item](),
		Serve: func(ctx context.Context, impl any, call *Incoming) error {
			var req Req
			if err := call.Decode(&req); err != nil {
				return err
			}
			f, err := call.flow(0, "stream", sends)
			if err != nil {
				return err
			}
			if f == nil {
				return errNoStream(call)
			}
			return sendAll(f, call.object.codec, fn(impl.(T), ctx, req), call.object.errors)
		},
	}}
}

// A ClientStream names a method that takes a sequence of values and answers with
// one.
type ClientStream[Item, Resp any] struct {
	Name string
}

// Call calls the method on o with the values of seq. The callee may answer before
// it has drawn all of them. An error of seq ends the call.
func (m ClientStream[Item, Resp]) Call(ctx context.Context, o *Object, seq iter.Seq2[Item, error]) (Resp, error) {
	var none Resp
	s, err := m.Open(ctx, o)
	if err != nil {
		return none, err
	}
	defer s.Cancel()
	for v, err := range seq {
		if err != nil {
			return none, err
		}
		if s.Send(v) != nil {
			break // the answer says why
		}
	}
	return s.CloseAndRecv()
}

// Open begins a call whose values are sent one by one.
func (m ClientStream[Item, Resp]) Open(ctx context.Context, o *Object) (*Upload[Item, Resp], error) {
	s, err := open[Item, struct{}, Resp](ctx, o, m.Name, nil, sends)
	if err != nil {
		return nil, err
	}
	return &Upload[Item, Resp]{s}, nil
}

// An Upload is a call of a [ClientStream] under way. It is used by one goroutine,
// but for Cancel.
type Upload[Item, Resp any] struct {
	s *streamCall[Item, struct{}, Resp]
}

// Send sends one value. It waits while the callee does not read and the buffers
// are full. An error means that the callee takes no more: CloseAndRecv says why.
func (u *Upload[Item, Resp]) Send(v Item) error { return u.s.Send(v) }

// CloseAndRecv says that all was sent, and waits for the answer.
func (u *Upload[Item, Resp]) CloseAndRecv() (Resp, error) {
	u.s.CloseSend()
	return u.s.wait()
}

// Cancel ends the call, on both sides. After its end it does nothing.
func (u *Upload[Item, Resp]) Cancel() { u.s.Cancel() }

// HandleClientStream serves m with fn, which draws from the sequence as it likes.
func HandleClientStream[T, Item, Resp any](m ClientStream[Item, Resp], fn func(T, context.Context, iter.Seq2[Item, error]) (Resp, error)) Handler[T] {
	return Handler[T]{MethodDefinition{
		Name: m.Name, Kind: KindClientStream, Item: reflect.TypeFor[Item](), Result: reflect.TypeFor[Resp](),
		Serve: func(ctx context.Context, impl any, call *Incoming) error {
			seq, err := SeqArg[Item](call, 0)
			if err != nil {
				return err
			}
			if seq == nil {
				return errNoStream(call)
			}
			resp, err := fn(impl.(T), ctx, seq)
			if err != nil {
				return err
			}
			return call.Reply(&resp)
		},
	}}
}

// A BidiStream names a method in which both sides send values as they like.
type BidiStream[Up, Down any] struct {
	Name string
}

// Open begins a call of the method on o. It lasts until the callee returns, ctx
// ends, or it is canceled.
func (m BidiStream[Up, Down]) Open(ctx context.Context, o *Object) (*Stream[Up, Down], error) {
	s, err := open[Up, Down, struct{}](ctx, o, m.Name, nil, sends|receives)
	if err != nil {
		return nil, err
	}
	return &Stream[Up, Down]{flow: s.flow, codec: s.codec, registered: s.registered, call: s}, nil
}

// HandleBidiStream serves m with fn. The stream ends when fn returns, for the
// caller with fn's error.
func HandleBidiStream[T, Up, Down any](m BidiStream[Up, Down], fn func(T, context.Context, *Stream[Down, Up]) error) Handler[T] {
	return Handler[T]{MethodDefinition{
		Name: m.Name, Kind: KindBidiStream, Item: reflect.TypeFor[Up](), Down: reflect.TypeFor[Down](),
		Serve: func(ctx context.Context, impl any, call *Incoming) error {
			f, err := call.flow(0, "stream", sends|receives)
			if err != nil {
				return err
			}
			if f == nil {
				return errNoStream(call)
			}
			return fn(impl.(T), ctx, &Stream[Down, Up]{flow: f, codec: call.object.codec, registered: call.object.errors})
		},
	}}
}

func errNoStream(in *Incoming) error {
	return Errorf(InvalidArgument, "%s is a streaming method, and the caller passes no stream", in.name())
}

// A Stream is one side of a call in which values go both ways: it sends values of
// type S and receives values of type R. One goroutine may send while another one
// receives; Cancel may be called at any time.
type Stream[S, R any] struct {
	flow       *flow
	codec      encoder
	registered Errors
	call       interface{ Cancel() } // nil on the callee's side
}

// Send sends one value. It waits while the other side does not read and the
// buffers are full.
func (s *Stream[S, R]) Send(v S) error { return s.flow.sendValue(s.codec, &v) }

// CloseSend says that this side sends no more. The other side sees it as the clean
// end of what it receives.
func (s *Stream[S, R]) CloseSend() error {
	s.flow.end(nil, s.registered)
	return nil
}

// Recv returns the next value; io.EOF, and nothing else, is a clean end. A broken
// end is an error of another kind, the callee's own where it returned one.
func (s *Stream[S, R]) Recv() (R, error) {
	var v R
	err := s.flow.receiveValue(s.codec, &v)
	return v, err
}

// RecvInto is Recv into *v, whatever that held before. Bytes are stored into the
// memory that *v has, where the codec can and there is enough: a loop over large
// messages of type []byte then makes no garbage.
func (s *Stream[S, R]) RecvInto(v *R) error {
	if _, ok := any(v).(*[]byte); !ok {
		*v = *new(R)
	}
	return s.flow.receiveValue(s.codec, v)
}

// All returns what Recv returns, as a sequence that ends at a clean end. It can be
// left early; what was not received is still there.
func (s *Stream[S, R]) All() iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for {
			v, err := s.Recv()
			if isEnd(err) || !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// Cancel ends the call on both sides, on the side that called; a callee returns
// instead. After the end it does nothing.
func (s *Stream[S, R]) Cancel() {
	if s.call != nil {
		s.call.Cancel()
	}
}
