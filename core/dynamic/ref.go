package dynamic

import (
	"reflect"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A Ref, embedded in a struct of funcs, remembers which object of the other side
// the funcs call, once the struct was bound or received. So the struct can be
// closed, and when it is passed back to the side that it came from, that side gets
// its own value again instead of a detour:
//
//	type Watcher struct {
//		dynamic.Ref
//		Changed func(ctx context.Context, key string) error
//	}
//
// The methods of a Ref may be called concurrently. A zero Ref refers to nothing.
type Ref struct {
	object *rpc.Object
}

// TenonObject returns the object; nil where there is none.
func (r *Ref) TenonObject() *rpc.Object { return r.object }

// Close releases the object on the other side, without waiting. Calling it again
// is fine, and so is calling it where there is no object. It returns nil.
func (r *Ref) Close() error {
	if r.object == nil {
		return nil
	}
	return r.object.Close()
}

// setRef stores o in the Ref of p, a pointer to a struct of funcs, if it has one.
func setRef(p reflect.Value, o *rpc.Object) {
	v := p.Elem()
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && f.Type == refType {
			v.Field(i).Set(reflect.ValueOf(Ref{object: o}))
		}
	}
}
