package codec_test

import (
	"reflect"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
)

func TestShapeOf(t *testing.T) {
	tests := []struct {
		typ  reflect.Type
		want codec.Shape
	}{
		{nil, codec.Shape{}},
		{reflect.TypeFor[guarded](), codec.Shape{}},
		{reflect.TypeFor[pair[string, string]](), codec.Shape{}},
		{reflect.TypeFor[ring](), codec.Shape{Recursive: true}},
		{reflect.TypeFor[map[string]any](), codec.Shape{Interface: true}},
		{reflect.TypeFor[struct {
			A any
			B *ring
		}](), codec.Shape{Interface: true, Recursive: true}},
	}
	for _, tt := range tests {
		if got := codec.ShapeOf(tt.typ); got != tt.want {
			t.Errorf("ShapeOf(%v) = %+v, want %+v", tt.typ, got, tt.want)
		}
	}
}

func TestWalkerEndsOnCycles(t *testing.T) {
	walker := codec.Walker{Limit: 100}
	r := &ring{}
	r.Next = r
	var self any
	self = &self
	list := []any{nil}
	list[0] = list
	for _, v := range []any{r, self, list} {
		if err := walker.Walk(reflect.ValueOf(v), nil); err == nil {
			t.Errorf("%T holds itself, and no error", v)
		}
	}
}

func TestWalkerCountsLevels(t *testing.T) {
	walker := codec.Walker{Limit: 100}
	nest := func(n int) *ring {
		var r *ring
		for range n {
			r = &ring{Next: r}
		}
		return r
	}
	if err := walker.Walk(reflect.ValueOf(nest(100)), nil); err != nil {
		t.Errorf("100 levels of 100: %v", err)
	}
	if err := walker.Walk(reflect.ValueOf(nest(102)), nil); err == nil {
		t.Error("102 levels of 100, and no error")
	}
}

func TestWalkerVisitsInterfaces(t *testing.T) {
	v := struct {
		A any
		B map[string]any
		C []any
		d any
	}{A: 1, B: map[string]any{"x": "y"}, C: []any{nil, []any{true}}, d: 1.5}
	got := make(map[reflect.Type]int)
	err := new(codec.Walker).Walk(reflect.ValueOf(v), func(v reflect.Value) { got[v.Type()]++ })
	if err != nil {
		t.Fatal(err)
	}
	want := map[reflect.Type]int{reflect.TypeFor[int](): 1, reflect.TypeFor[string](): 1, reflect.TypeFor[[]any](): 1, reflect.TypeFor[bool](): 1}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("visited %v, want %v", got, want)
	}
}

func TestWalkerLeavesAreNotEntered(t *testing.T) {
	walker := codec.Walker{Leaf: func(t reflect.Type) bool { return t == reflect.TypeFor[ring]() }}
	r := &ring{}
	r.Next = r
	if err := walker.Walk(reflect.ValueOf(r), nil); err != nil {
		t.Errorf("a leaf was entered: %v", err)
	}
	if !walker.Flat(reflect.TypeFor[ring]()) || walker.Flat(reflect.TypeFor[any]()) {
		t.Error("Flat: want a leaf flat, and an interface not")
	}
}
