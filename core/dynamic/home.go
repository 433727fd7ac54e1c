package dynamic

import (
	"context"
	"fmt"
	"reflect"

	"github.com/tenon-dev/tenon/core/rpc"
)

// received returns what was received where p stands: funcs that call o, or the
// value of this side itself that came home. Both are nil for nil.
func (p param) received(ctx context.Context, o *rpc.Object, home any, err error, failed func(error)) (reflect.Value, error) {
	switch {
	case err != nil:
		return reflect.Value{}, err
	case o != nil:
		return p.set().bind(ctx, o, failed), nil
	case home == nil:
		return reflect.Zero(p.typ), nil
	}
	v := reflect.ValueOf(home)
	if s, ok := home.(served); ok {
		v = s.self().value
	}
	if v.Type() == p.typ {
		return v, nil
	}
	if v.Kind() == reflect.Interface && v.Elem().Type() == p.typ {
		return v.Elem(), nil
	}
	return p.set().wrap(v)
}

// wrap makes a value of the set's type whose funcs call the methods of v, a value
// of this side: it came home as another type than the one it left as.
func (set methodSet) wrap(v reflect.Value) (reflect.Value, error) {
	if set.typ.Kind() == reflect.Func {
		return reflect.Value{}, rpc.Errorf(rpc.InvalidArgument, "a %v came home where a %v is expected", v.Type(), set.typ)
	}
	p := reflect.New(set.typ.Elem())
	for _, m := range set.list {
		fn, ok := funcOf(v, m.name)
		if !ok {
			continue
		}
		body, err := adapt(m.fn, fn)
		if err != nil {
			return reflect.Value{}, rpc.Errorf(rpc.InvalidArgument, "a %v came home where a %v is expected: %s: %w", v.Type(), set.typ, m.name, err)
		}
		p.Elem().Field(m.index).Set(body)
	}
	return p, nil
}

// funcOf returns the method of v of that name, or the field that stands for it.
func funcOf(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumMethod() {
		if v.Type().Method(i).Name == name {
			return v.Method(i), true
		}
	}
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return reflect.Value{}, false
	}
	for i := range v.Elem().NumField() {
		if f := v.Elem().Type().Field(i); f.IsExported() && f.Type.Kind() == reflect.Func && methodName(f) == name && !v.Elem().Field(i).IsNil() {
			return v.Elem().Field(i), true
		}
	}
	return reflect.Value{}, false
}

// adapt returns a func of type t that calls fn, which differs at most in having a
// context or an error.
func adapt(t reflect.Type, fn reflect.Value) (reflect.Value, error) {
	f := fn.Type()
	takes, has := t.NumIn() > 0 && t.In(0) == contextType, f.NumIn() > 0 && f.In(0) == contextType
	gives, errs := returnsError(t), returnsError(f)
	in, out := offset(t.NumIn(), takes), offset(t.NumOut(), gives)
	same := in == offset(f.NumIn(), has) && out == offset(f.NumOut(), errs) && t.IsVariadic() == f.IsVariadic() && (gives || !errs)
	for i := 0; same && i < in; i++ {
		same = t.In(t.NumIn()-in+i) == f.In(f.NumIn()-in+i)
	}
	for i := 0; same && i < out; i++ {
		same = t.Out(i) == f.Out(i)
	}
	if !same {
		return reflect.Value{}, fmt.Errorf("a %v does not stand for a %v", t, f)
	}
	return reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
		ctx := reflect.ValueOf(context.Background())
		if takes {
			ctx, args = args[0], args[1:]
		}
		if has {
			args = append([]reflect.Value{ctx}, args...)
		}
		var results []reflect.Value
		if f.IsVariadic() {
			results = fn.CallSlice(args)
		} else {
			results = fn.Call(args)
		}
		if gives && !errs {
			results = append(results, errorValue(nil))
		}
		return results
	}), nil
}

func returnsError(t reflect.Type) bool {
	return t.NumOut() > 0 && t.Out(t.NumOut()-1) == errorType
}

func offset(n int, less bool) int {
	if less {
		return n - 1
	}
	return n
}
