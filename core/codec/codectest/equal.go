package codectest

import (
	"math"
	"math/big"
	"reflect"
	"time"
)

// An equality compares what was sent and what arrived, and overlooks what a
// crossing may change.
type equality struct {
	omitsZero bool // a pointer to zero may have become nil
}

func (e equality) same(want, got any) bool {
	return e.values(reflect.ValueOf(want), reflect.ValueOf(got))
}

func (e equality) values(a, b reflect.Value) bool {
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
		if e.omitsZero && a.Kind() == reflect.Pointer && b.IsNil() {
			return a.IsNil() || a.Elem().IsZero() || isEmpty(a.Elem())
		}
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return e.values(a.Elem(), b.Elem())
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !e.values(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() {
			return false
		}
		for it := a.MapRange(); it.Next(); {
			if !e.values(it.Value(), b.MapIndex(it.Key())) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			if !e.values(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	if a.CanFloat() && math.IsNaN(a.Float()) {
		return math.IsNaN(b.Float())
	}
	return a.Equal(b)
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return false
}
