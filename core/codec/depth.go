package codec

import (
	"fmt"
	"reflect"
)

// MaxDepth is how deeply values may be nested in the drivers that Tenon ships:
// each struct, slice, array or map within another is one level. What is nested
// deeper is refused by the one who encodes it, or else by the one who decodes it.
const MaxDepth = 1000

// WalkDynamic calls visit for the value in every interface that v holds, at any
// depth, and returns an error if v is nested more than limit levels deep, as
// every value that holds itself is: encoders that follow such a value overflow
// the stack, which ends the process. It looks at exported fields only, does not
// look into values for whose type leaf is true, and neither keeps nor changes v.
// A nil leaf or visit is not called. Values of a type whose [Shape] is zero need
// no such walk.
func WalkDynamic(v reflect.Value, limit int, leaf func(reflect.Type) bool, visit func(reflect.Value)) error {
	w := valueWalk{limit: limit, leaf: leaf, visit: visit, flat: make(map[reflect.Type]bool)}
	if !w.walk(v, 0, 0) {
		return fmt.Errorf("codec: %v is nested deeper than %d levels, or holds itself", v.Type(), limit)
	}
	return nil
}

type valueWalk struct {
	limit int
	leaf  func(reflect.Type) bool
	visit func(reflect.Value)
	flat  map[reflect.Type]bool // types of which no value needs a look
}

// walk returns false when v is nested too deeply: inside too many values, or at
// the end of too many pointers and interfaces in a row.
func (w *valueWalk) walk(v reflect.Value, depth, hops int) bool {
	if !v.IsValid() || w.isFlat(v.Type()) {
		return true
	}
	if depth > w.limit || hops > w.limit {
		return false
	}
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return true
		}
		if w.visit != nil {
			w.visit(v.Elem())
		}
		return w.walk(v.Elem(), depth, hops+1)
	case reflect.Pointer:
		return v.IsNil() || w.walk(v.Elem(), depth, hops+1)
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			if !w.walk(v.Index(i), depth+1, 0) {
				return false
			}
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if !w.walk(it.Key(), depth+1, 0) || !w.walk(it.Value(), depth+1, 0) {
				return false
			}
		}
	case reflect.Struct:
		t := v.Type()
		for i := range v.NumField() {
			if crosses(t.Field(i)) && !w.walk(v.Field(i), depth+1, 0) {
				return false
			}
		}
	}
	return true
}

// isFlat reports whether values of t can hold neither an interface nor
// themselves, so that a long slice of such values costs one look.
func (w *valueWalk) isFlat(t reflect.Type) bool {
	flat, known := w.flat[t]
	if !known {
		flat = ShapeOf(t) == Shape{} || (w.leaf != nil && w.leaf(t))
		w.flat[t] = flat
	}
	return flat
}
