package rpc

import (
	"context"
	"fmt"
	"reflect"
	"runtime/debug"
	"time"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/internal/visible"
)

// Incoming is a call that this side serves, as a handler's glue sees it: it
// decodes the arguments, calls the implementation, and replies. It is used by
// one goroutine, and not after Serve has returned.
type Incoming struct {
	callContext
	lane     *serving
	id       uint32
	object   *exported
	method   *MethodDefinition
	quick    bool      // the lane's reader serves it, and sees to it that its reply is written
	size     *sizeHint // of the result
	m        *buffer   // holds payload, until it is decoded
	payload  []byte
	reserved int
	received int // bytes of the arguments, for interceptors
	reply    *buffer
	decoded  bool
	args     taking   // live arguments
	flows    []*flow  // those that end with the call
	results  *passing // live results
}

// Decode decodes the arguments into v, a pointer to a value of the method's
// type. A pointer to struct{} takes nothing.
func (in *Incoming) Decode(v any) error {
	if in.decoded {
		return Errorf(Internal, "the arguments of %s were decoded twice", in.name())
	}
	in.decoded = true
	defer in.releaseBody()
	if err := decodeValue(in.object.codec, in.payload, v); err != nil {
		return decodeError(InvalidArgument, err, "the arguments of %s do not decode as %s: %w", in.name(), in.object.codec.Name(), err)
	}
	return nil
}

// Reply sets the result, a value of the method's type or a pointer to one. It is
// sent when Serve returns without an error.
func (in *Incoming) Reply(v any) error {
	if in.reply != nil {
		return Errorf(Internal, "%s was replied to twice", in.name())
	}
	m := newMessageFor(in.size.guess())
	if in.results != nil {
		if in.results.err != nil {
			m.free()
			return in.results.err
		}
		m.b = appendReferences(m.b, in.results.table)
	}
	head := len(m.b)
	if err := encodeValue(in.object.codec, m, v); err != nil {
		m.free()
		return Errorf(Internal, "the result of %s does not encode as %s: %w", in.name(), in.object.codec.Name(), err)
	}
	if n, limit := len(m.b)-head, in.lane.peer.remote.Message; n > limit {
		m.free()
		return exceeded("Message", n, limit, "bytes of a result of "+in.name())
	}
	in.size.note(len(m.body()))
	in.reply = m
	return nil
}

func (in *Incoming) name() string { return called(in.object.name, in.method.Name) }

// run serves the call and answers it.
func (in *Incoming) run() {
	returned := false
	var err error
	defer func() {
		if !returned { // runtime.Goexit: somebody waits for the answer all the same
			err = Errorf(Internal, "the handler of %s ended its goroutine", in.name())
		}
		in.releaseBody()
		in.endFlows(err)
		in.lane.answer(in, err)
	}()
	err = in.serve()
	returned = true
}

func (in *Incoming) serve() (err error) {
	defer func() {
		if v := recover(); v != nil {
			p := &PanicError{Value: fmt.Sprint(v), Stack: string(debug.Stack())}
			err = Errorf(Internal, "%s panicked: %w", in.name(), p)
			in.lane.peer.log.Error("a handler panicked", "method", in.name(), "panic", visible.Text(p.Value), "stack", p.Stack)
		}
	}()
	intercept := in.lane.peer.cfg.ServerInterceptors
	if len(intercept) == 0 {
		return in.method.Serve(in, in.object.impl, in)
	}
	info := &CallInfo{Service: in.object.name, Method: in.method.Name, Started: time.Now(), RequestBytes: in.received}
	return runInterceptors(in, intercept, info, func(ctx context.Context) error {
		err := in.method.Serve(ctx, in.object.impl, in)
		if in.reply != nil {
			info.ReplyBytes = len(in.reply.body())
		}
		return err
	})
}

// releaseBody frees what the arguments took.
func (in *Incoming) releaseBody() {
	if in.m != nil {
		in.m.free()
		in.m, in.payload = nil, nil
	}
	if in.reserved > 0 {
		in.lane.peer.budget.give(in.reserved)
		in.reserved = 0
	}
}

// encodeValue appends v to m. A struct{} is no bytes.
func encodeValue(c codec.Codec, m *buffer, v any) error {
	if isNothing(v) {
		return nil
	}
	b, err := c.Append(m.b, v)
	if err != nil {
		return err
	}
	m.b = b
	return nil
}

// decodeValue decodes into v what encodeValue wrote.
func decodeValue(c codec.Codec, src []byte, v any) error {
	if isNothing(v) {
		return nil
	}
	err := c.Decode(src, v)
	if err != nil && len(src) == 0 {
		return fmt.Errorf("nothing was passed where a %v is expected: %w", reflect.TypeOf(v).Elem(), err)
	}
	return err
}

func isNothing(v any) bool {
	switch v.(type) {
	case nil, struct{}, *struct{}:
		return true
	}
	return false
}
