package dynamic

import (
	"io"
	"reflect"
	"sync"

	"github.com/tenon-dev/tenon/core/rpc"
)

// An instance is a value that is served: behind a Dispense, or passed by a call.
type instance struct {
	value reflect.Value // of the type that was looked at, also where that is an interface
	close func() error  // nil for a value that is shared

	once sync.Once
	err  error
}

// A served value is an instance, or one of the other side's own that comes home.
type served interface {
	self() *instance
}

func (i *instance) self() *instance { return i }

// Served returns the value that i stands for: the engine asks that for its health.
func (i *instance) Served() any { return i.value.Interface() }

// Close implements [io.Closer] for the engine. It closes once, whether the other
// side asks for it by the method Close or by releasing the object.
func (i *instance) Close() error {
	i.once.Do(func() {
		if i.close != nil {
			i.err = i.close()
		}
	})
	return i.err
}

// returning is an instance of something remote: it comes home if it is passed to
// the side that it came from.
type returning struct {
	*instance
	object *rpc.Object
}

var _ rpc.Remote = (*returning)(nil)

// TenonObject implements [rpc.Remote].
func (r *returning) TenonObject() *rpc.Object { return r.object }

// export returns what the engine gets for v, a func, an interface or a pointer to
// a struct of funcs; nil for nil. With owned the value is closed when the other
// side has released it.
func export(v reflect.Value, owned bool) any {
	if v.IsNil() {
		return nil
	}
	i := &instance{value: v}
	if v.Kind() == reflect.Func {
		return i
	}
	if owned {
		i.close = closeOf(v)
	}
	if remote, ok := v.Interface().(rpc.Remote); ok {
		if o := remote.TenonObject(); o != nil {
			return &returning{instance: i, object: o}
		}
	}
	return i
}

// closeOf returns what closes v: its own Close, or its field of that name.
func closeOf(v reflect.Value) func() error {
	if v.Kind() == reflect.Pointer && isFuncs(v.Type().Elem()) {
		if f := v.Elem().FieldByName("Close"); f.IsValid() && f.CanInterface() {
			if closing, ok := f.Interface().(func() error); ok && closing != nil {
				return closing
			}
		}
	}
	if c, ok := v.Interface().(io.Closer); ok {
		return c.Close
	}
	return nil
}
