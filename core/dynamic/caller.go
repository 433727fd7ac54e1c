package dynamic

import (
	"context"
	"io"
	"net"
	"reflect"
	"slices"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A caller is the body of a func that calls a method of an object.
type caller struct {
	object *rpc.Object
	method string
	shape  *shape
	fn     reflect.Type
	ctx    context.Context // for a func that takes none
	failed func(error)     // told the error of a func that has no place for one; may be nil
}

// call is called in place of the func.
func (c caller) call(in []reflect.Value) []reflect.Value {
	ctx := c.ctx
	if c.shape.context {
		if given, ok := in[0].Interface().(context.Context); ok {
			ctx = given
		}
		in = in[1:]
	}
	out := make([]reflect.Value, c.fn.NumOut())
	for i := range out {
		out[i] = reflect.Zero(c.fn.Out(i))
	}
	if c.shape.stream != nil { // its errors stand in the sequence
		out[0] = fromAny(c.shape.stream.typ, c.stream(ctx, in), nil)
		return out
	}
	results, err := c.exchange(ctx, in)
	copy(out, results)
	switch {
	case c.shape.err:
		out[len(out)-1] = errorValue(err)
	case err != nil && c.failed != nil:
		c.failed(err)
	}
	return out
}

// exchange makes a call that does not stream. After an error there are no results.
func (c caller) exchange(ctx context.Context, in []reflect.Value) ([]reflect.Value, error) {
	s := c.shape
	target := s.reply.target()
	if s.plainOnly() {
		if err := c.object.Call(ctx, c.method, s.args.join(in), pointer(target)); err != nil {
			return nil, err
		}
		return s.reply.split(target), nil
	}
	call, err := c.begin(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := call.Do(s.args.join(s.plainOf(in)), pointer(target)); err != nil {
		return nil, err
	}
	return c.results(call, s.reply.split(target))
}

// begin begins a call and passes the live arguments.
func (c caller) begin(ctx context.Context, in []reflect.Value) (*rpc.Call, error) {
	call, err := c.object.Begin(ctx, c.method)
	if err != nil {
		return nil, err
	}
	stream := c.shape.stream
	for i, p := range c.shape.params {
		switch v := in[i]; p.kind {
		case reader:
			call.PassReader(as[io.Reader](v))
		case writer:
			call.PassWriter(as[io.Writer](v))
		case duplex:
			call.PassDuplex(as[io.ReadWriter](v))
		case connection:
			call.PassConn(as[net.Conn](v))
		case sequence:
			if stream != nil && stream.both {
				call.PassStream(true, true)
			} else {
				call.PassValues(toAny(v))
			}
		case callback, object:
			call.PassObject(p.set().service(v), export(v, false), p.kind == object)
		}
	}
	if stream != nil && !stream.both {
		call.PassStream(false, true)
	}
	return call, nil
}

// as returns the value of an interface, nil for nil.
func as[T any](v reflect.Value) T {
	t, _ := v.Interface().(T)
	return t
}

// stream returns the sequence that a streaming method answers with. The call is
// made when it is drawn from.
func (c caller) stream(ctx context.Context, in []reflect.Value) anySeq {
	return func(yield func(any, error) bool) {
		call, err := c.begin(ctx, in)
		if err != nil {
			yield(nil, err)
			return
		}
		stream, err := call.DoStream(c.shape.args.join(c.shape.plainOf(in)), nil)
		if err != nil {
			yield(nil, err)
			return
		}
		if up := c.shape.upward(in); up != nil {
			stream.Feed(up)
		} else if c.shape.stream.both {
			stream.CloseSend()
		}
		item, _, _ := itemOf(c.shape.stream.typ)
		var complete func() error
		if c.shape.stream.both || c.shape.passes(writer, duplex) { // they are to be done too
			complete = stream.Wait
		}
		receive(stream, item, stream.Cancel, complete)(yield)
	}
}

// passes reports whether an argument is of one of those kinds.
func (s *shape) passes(kinds ...kind) bool {
	return slices.ContainsFunc(s.params, func(p param) bool { return slices.Contains(kinds, p.kind) })
}

// upward returns the values that go up on the method's own stream.
func (s *shape) upward(in []reflect.Value) anySeq {
	if !s.stream.both {
		return nil
	}
	for i, p := range s.params {
		if p.kind == sequence {
			return toAny(in[i])
		}
	}
	return nil
}

// results takes the live results and puts them between the plain ones.
func (c caller) results(call *rpc.Call, plains []reflect.Value) ([]reflect.Value, error) {
	var out []reflect.Value
	for _, p := range c.shape.results {
		if p.kind == plain {
			out = append(out, plains[p.place])
			continue
		}
		v, err := c.result(call, p)
		if err != nil {
			call.Discard()
			for _, taken := range out {
				closeLive(taken)
			}
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (c caller) result(call *rpc.Call, p param) (reflect.Value, error) {
	switch p.kind {
	case reader:
		return holder(call.Reader(p.place)).in(p.typ)
	case writer:
		return holder(call.Writer(p.place)).in(p.typ)
	case duplex:
		return holder(call.Duplex(p.place)).in(p.typ)
	case connection:
		return holder(call.Conn(p.place)).in(p.typ)
	}
	o, home, err := call.Object(p.place)
	return p.received(context.Background(), o, home, err, nil)
}

// closeLive closes what was taken before a later result failed.
func closeLive(v reflect.Value) {
	if k := kindOf(v.Type()); k == plain || v.IsNil() {
		return
	}
	if c, ok := v.Interface().(io.Closer); ok {
		c.Close()
	}
}

// close is called in place of a func that closes the object: by its own method
// where there is one, and then by releasing it.
func (c caller) close(in []reflect.Value) []reflect.Value {
	defer c.object.Close()
	if _, there := c.object.Params(c.method); !there {
		return []reflect.Value{errorValue(nil)}
	}
	return c.call(in)
}

// held is a live value, or an error in its place.
type held struct {
	value any
	err   error
}

func holder[T any](v T, err error) held { return held{v, err} }

// in returns the value as one of the interface type t, nil for nil.
func (h held) in(t reflect.Type) (reflect.Value, error) {
	v := reflect.New(t).Elem()
	if h.err == nil && h.value != nil {
		v.Set(reflect.ValueOf(h.value))
	}
	return v, h.err
}
