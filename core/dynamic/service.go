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
	c := newChecker()
	receiver := 1
	if t.Kind() == reflect.Interface {
		receiver = 0
	}
	for i := range t.NumMethod() {
		m := t.Method(i)
		if m.Name == "Close" {
			continue
		}
		s, err := c.shape(m.Type, receiver, nil, received)
		if err == nil {
			err = fills(m.Name, m.Type, receiver)
		}
		if err != nil {
			return rpc.Invalid(fmt.Errorf("dynamic: a %v cannot be served: method %s: %w", t, m.Name, err))
		}
		def.Methods = append(def.Methods, s.define(m.Name, func(impl any) reflect.Value {
			return impl.(served).self().value.Method(m.Index)
		}))
	}
	if len(def.Methods) == 0 {
		return rpc.Invalid(fmt.Errorf("dynamic: %v has no exported methods that could be served", t))
	}
	// What callbacks and objects pass in their turn belongs to no method alone.
	def.Methods[0].Passes = c.types
	return rpc.Define(def)
}

func name(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
