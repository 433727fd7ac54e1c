package codectest

import (
	"math/big"
	"reflect"
	"time"
)

// equal reports whether got is what is left of want after a crossing that
// changed nothing of note.
func equal(want, got any) bool {
	return equalValues(reflect.ValueOf(want), reflect.ValueOf(got))
}

func equalValues(a, b reflect.Value) bool {
	if !a.IsValid() || !b.IsValid() {
		return a.IsValid() == b.IsValid()
	}
	if a.Type() != b.Type() {
		return false
	}
	if a.CanInterface() {
		switch x := a.Interface().(type) {
		case time.Time:
			return x.Equal(b.Interface().(time.Time))
		case *big.Int:
			y := b.Interface().(*big.Int)
			return (x == nil) == (y == nil) && (x == nil || x.Cmp(y) == 0)
		case big.Int:
			y := b.Interface().(big.Int)
			return x.Cmp(&y) == 0
		}
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return equalValues(a.Elem(), b.Elem())
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !equalValues(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() {
			return false
		}
		for it := a.MapRange(); it.Next(); {
			if !equalValues(it.Value(), b.MapIndex(it.Key())) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			if !equalValues(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}
