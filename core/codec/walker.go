package codec

import (
	"fmt"
	"reflect"
	"sync"
)

// MaxDepth is how deeply values may be nested in the drivers that Tenon ships:
// each struct, slice, array or map within another is one level. What is nested
// deeper is refused by the one who encodes it, or else by the one who decodes it.
const MaxDepth = 1000

// A Walker looks through values for what their types do not tell: what is in
// their interfaces, and how deeply they are nested. Encoders that follow a value
// which holds itself overflow the stack, which ends the process, so a driver
// whose library does so walks first. A Walker remembers the types it has met, and
// must not be copied after first use. All methods may be called concurrently.
type Walker struct {
	// Leaf reports whether values of t encode themselves, so that the walk does
	// not look into them, as in [Rules].
	// Default: no type does.
	Leaf func(t reflect.Type) bool
	// Limit is how many levels of nesting pass.
	// Default: MaxDepth.
	Limit int

	flat sync.Map // reflect.Type to bool
}

// Flat reports whether values of t hold nothing that a walk could find: no
// interfaces, and no values of a type around them.
func (w *Walker) Flat(t reflect.Type) bool {
	if flat, ok := w.flat.Load(t); ok {
		return flat.(bool)
	}
	flat := ShapeOf(t) == Shape{} || (w.Leaf != nil && w.Leaf(t))
	w.flat.Store(t, flat)
	return flat
}

// Walk calls visit, unless it is nil, for the value in every interface that v
// holds, at any depth. It returns an error if v is nested too deeply, as every
// value that holds itself is. It looks at exported fields only, and neither keeps
// nor changes v.
func (w *Walker) Walk(v reflect.Value, visit func(reflect.Value)) error {
	limit := w.Limit
	if limit == 0 {
		limit = MaxDepth
	}
	walk := valueWalk{Walker: w, limit: limit, visit: visit}
	if !walk.walk(v, 0, 0) {
		return fmt.Errorf("codec: %v is nested deeper than %d levels, or holds itself", v.Type(), limit)
	}
	return nil
}

type valueWalk struct {
	*Walker
	limit int
	visit func(reflect.Value)
}

// walk returns false when v is nested too deeply: inside too many values, or at
// the end of too many pointers and interfaces in a row.
func (w *valueWalk) walk(v reflect.Value, depth, hops int) bool {
	if !v.IsValid() || w.Flat(v.Type()) {
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
