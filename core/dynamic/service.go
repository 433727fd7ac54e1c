package dynamic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/tenon-dev/tenon/core/rpc"
)

// Service serves value: every Dispense gives access to this one value, which must
// bear concurrent calls if its callers make any. It is never closed.
//
// What is wrong with value is told when the service is about to be served, or by
// the service's Err.
func Service(value any) *rpc.Service {
	if value == nil {
		return rpc.Invalid(errors.New("dynamic: the value to be served is nil"))
	}
	return serve(reflect.TypeOf(value), nil, func(context.Context, func(any) error) (any, error) { return value, nil })
}

// New serves values of type T, made anew for each Dispense from its
// configuration. A value that is an io.Closer is closed when its object is
// released. C is struct{} where there is no configuration.
func New[T, C any](create func(ctx context.Context, config C) (T, error)) *rpc.Service {
	return serve(reflect.TypeFor[T](), reflect.TypeFor[C](), func(ctx context.Context, decode func(any) error) (any, error) {
		var config C
		if err := decode(&config); err != nil {
			return nil, err
		}
		return create(ctx, config)
	})
}

// instance keeps the engine from closing a value that is shared.
type instance struct {
	value reflect.Value // of the type that was looked at, also where that is an interface
	close func() error  // nil for a shared value
}

// Close implements [io.Closer] for the engine.
func (i *instance) Close() error {
	if i.close == nil {
		return nil
	}
	return i.close()
}

func serve(t, config reflect.Type, create func(context.Context, func(any) error) (any, error)) *rpc.Service {
	def := rpc.Definition{
		Interface: name(t),
		Config:    config,
		New: func(ctx context.Context, decode func(any) error) (any, error) {
			v, err := create(ctx, decode)
			if err != nil {
				return nil, err
			}
			if v == nil {
				return nil, errors.New("the value that was made is nil")
			}
			i := &instance{value: reflect.New(t).Elem()}
			i.value.Set(reflect.ValueOf(v))
			if c, ok := v.(io.Closer); ok && config != nil {
				i.close = c.Close
			}
			return i, nil
		},
	}
	for i := range t.NumMethod() {
		m := t.Method(i)
		if m.Name == "Close" {
			continue
		}
		def.Methods = append(def.Methods, method(m, t.Kind() == reflect.Interface))
	}
	if len(def.Methods) == 0 {
		return rpc.Invalid(fmt.Errorf("dynamic: %v has no exported methods that could be served", t))
	}
	return rpc.Define(def)
}

func name(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// method describes one method of a type, or of an interface, where there is no
// receiver among the arguments.
func method(m reflect.Method, ofInterface bool) rpc.MethodDefinition {
	receiver := 1
	if ofInterface {
		receiver = 0
	}
	s, _ := shapeOf(m.Type, receiver, nil) // fails only for names, and there are none
	return rpc.MethodDefinition{
		Name: m.Name, Params: s.args.names, Args: s.args.packed, Result: s.results.packed,
		Serve: func(ctx context.Context, impl any, call *rpc.Incoming) error {
			return s.serve(ctx, impl.(*instance).value.Method(m.Index), call)
		},
	}
}

// serve calls fn with the arguments of call, and replies.
func (s shape) serve(ctx context.Context, fn reflect.Value, call *rpc.Incoming) error {
	target := s.args.target()
	if err := call.Decode(pointer(target)); err != nil {
		return err
	}
	var in []reflect.Value
	if s.context {
		in = append(in, reflect.ValueOf(ctx))
	}
	in = append(in, s.args.split(target)...)
	var out []reflect.Value
	if s.variadic {
		out = fn.CallSlice(in)
	} else {
		out = fn.Call(in)
	}
	if s.err {
		last := out[len(out)-1]
		if !last.IsNil() {
			return last.Interface().(error)
		}
		out = out[:len(out)-1]
	}
	return call.Reply(s.results.join(out))
}
