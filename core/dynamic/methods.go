package dynamic

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A methodSet is what can be called of a callback or an object that a call passes.
type methodSet struct {
	typ  reflect.Type
	list []method
	all  *rpc.Service // of all methods; nil for what is received
}

// A method is one of a methodSet: a method of an interface, a field of a struct of
// funcs, or the func that a callback is.
type method struct {
	name  string
	index int // of the method, or of the field
	fn    reflect.Type
	shape *shape
}

// callbackName is the name of a callback's one method.
const callbackName = "Call"

// methodsOf returns what can be called of values of t, which were checked.
func methodsOf(t reflect.Type, d direction) methodSet {
	set := methodSet{typ: t}
	add := func(name string, index int, fn reflect.Type) {
		s, err := newChecker().shape(fn, 0, nil, !d)
		if err != nil {
			panic(fmt.Sprintf("dynamic: a %v, which was checked, does not pass: %v", t, err))
		}
		set.list = append(set.list, method{name: name, index: index, fn: fn, shape: s})
	}
	switch t.Kind() {
	case reflect.Func:
		add(callbackName, 0, t)
	case reflect.Interface:
		for i := range t.NumMethod() {
			add(t.Method(i).Name, i, t.Method(i).Type)
		}
	default:
		for i := range t.Elem().NumField() {
			if f := t.Elem().Field(i); f.IsExported() && f.Type.Kind() == reflect.Func {
				add(methodName(f), i, f.Type)
			}
		}
	}
	if d == sent {
		set.all = set.define(set.list)
	}
	return set
}

// methodName returns the name of the method that a field stands for.
func methodName(f reflect.StructField) string {
	if name := f.Tag.Get("tenon"); name != "" {
		return name
	}
	return f.Name
}

// of returns the func behind m in a value of the set's type.
func (m method) of(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Func:
		return v
	case reflect.Interface:
		return v.Method(m.index)
	}
	return v.Elem().Field(m.index)
}

// isClose reports whether m is the Close of an io.Closer.
func (m method) isClose() bool {
	return m.name == "Close" && m.fn == reflect.TypeFor[func() error]()
}

// service returns the service of v, a value of the set's type: that of all
// methods, but for fields that are nil.
func (set methodSet) service(v reflect.Value) *rpc.Service {
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return set.all
	}
	var there []method
	for _, m := range set.list {
		if !m.of(v).IsNil() {
			there = append(there, m)
		}
	}
	if len(there) == len(set.list) {
		return set.all
	}
	return set.define(there)
}

func (set methodSet) define(list []method) *rpc.Service {
	def := rpc.Definition{
		Interface: name(set.typ),
		New: func(context.Context, func(any) error) (any, error) {
			return nil, errors.New("it is passed in calls, and not dispensed")
		},
	}
	for _, m := range list {
		def.Methods = append(def.Methods, m.shape.define(m.name, func(impl any) reflect.Value {
			i := impl.(served).self()
			if m.isClose() && i.close != nil {
				return reflect.ValueOf(i.Close)
			}
			return m.of(i.value)
		}))
	}
	return rpc.Define(def)
}

// bind makes a value of the set's type whose funcs call o. A field whose method o
// does not have stays nil. ctx is for funcs that take none, and failed is told the
// error of a func that has no place for one.
func (set methodSet) bind(ctx context.Context, o *rpc.Object, failed func(error)) reflect.Value {
	stub := func(m method) reflect.Value {
		c := caller{object: o, method: m.name, shape: m.shape, ctx: ctx, failed: failed, fn: m.fn}
		if m.isClose() {
			return reflect.MakeFunc(m.fn, c.close)
		}
		return reflect.MakeFunc(m.fn, c.call)
	}
	if set.typ.Kind() == reflect.Func {
		return stub(set.list[0])
	}
	p := reflect.New(set.typ.Elem())
	for _, m := range set.list {
		if _, there := o.Params(m.name); there || m.isClose() {
			p.Elem().Field(m.index).Set(stub(m))
		}
	}
	setRef(p, o)
	return p
}
