package rpc

import (
	"context"
	"reflect"
)

// A Method names one method and its types, for both sides of a link: a host
// calls through it, a plugin serves it with [Handle]. It is the plainest way to
// write a service by hand:
//
//	var Get = rpc.Method[GetRequest, Entry]{Name: "Get"}
//
// Use struct{} for what a method does not have: it takes no bytes.
type Method[Req, Resp any] struct {
	Name string
}

// Call calls the method on o. On an error the result is the zero Resp.
func (m Method[Req, Resp]) Call(ctx context.Context, o *Object, req Req) (Resp, error) {
	v := &values[Req, Resp]{req: req}
	if err := o.Call(ctx, m.Name, &v.req, &v.resp); err != nil {
		var zero Resp
		return zero, err
	}
	return v.resp, nil
}

// values are what a call carries, in one allocation: a codec takes pointers to both.
type values[Req, Resp any] struct {
	req  Req
	resp Resp
}

// A Handler is a [Method] and the function that serves it on values of type T.
type Handler[T any] struct {
	def MethodDefinition
}

// Handle serves m with fn, most often a method expression:
//
//	rpc.Handle(Get, (*Store).Get)
func Handle[T, Req, Resp any](m Method[Req, Resp], fn func(T, context.Context, Req) (Resp, error)) Handler[T] {
	return Handler[T]{MethodDefinition{
		Name:   m.Name,
		Args:   reflect.TypeFor[Req](),
		Result: reflect.TypeFor[Resp](),
		Serve: func(ctx context.Context, impl any, call *Incoming) error {
			v := new(values[Req, Resp])
			err := call.Decode(&v.req)
			if err != nil {
				return err
			}
			if v.resp, err = fn(impl.(T), ctx, v.req); err != nil {
				return err
			}
			return call.Reply(&v.resp)
		},
	}}
}

// Doc returns h with a description for people.
func (h Handler[T]) Doc(text string) Handler[T] {
	h.def.Doc = text
	return h
}

// Quick returns h declared quick, as [MethodDefinition.Quick] says.
func (h Handler[T]) Quick() Handler[T] {
	h.def.Quick = true
	return h
}

// NewService makes a service out of a function that makes the value behind each
// object from its configuration, and the handlers of its methods. C is struct{}
// where there is no configuration.
func NewService[T, C any](create func(ctx context.Context, config C) (T, error), handlers ...Handler[T]) *Service {
	def := Definition{
		Interface: typeName(reflect.TypeFor[T]()),
		Config:    reflect.TypeFor[C](),
		New: func(ctx context.Context, decode func(any) error) (any, error) {
			var config C
			if err := decode(&config); err != nil {
				return nil, err
			}
			return create(ctx, config)
		},
	}
	for _, h := range handlers {
		def.Methods = append(def.Methods, h.def)
	}
	return Define(def)
}

// typeName is the name of t, or of what it points to, without its package.
func typeName(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
