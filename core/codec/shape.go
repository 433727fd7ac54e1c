package codec

import "reflect"

// A Shape tells what cannot be known about values from their type alone.
type Shape struct {
	// Interface is set when values can hold an interface, and so a value of any
	// type.
	Interface bool
	// Recursive is set when values can hold values of a type around them, and so
	// can be nested without end, or hold themselves.
	Recursive bool
}

// ShapeOf returns the shape of t. It looks into unexported fields too, since it
// asks what is there and not what crosses. It walks the type anew each time: keep
// what it returns. A nil t has the zero shape.
func ShapeOf(t reflect.Type) Shape {
	if t == nil {
		return Shape{}
	}
	w := shapeWalk{state: make(map[reflect.Type]walkState)}
	w.walk(t)
	return w.shape
}

type walkState int

const (
	unseen walkState = iota
	inside
	done
)

type shapeWalk struct {
	state map[reflect.Type]walkState
	shape Shape
}

func (w *shapeWalk) walk(t reflect.Type) {
	switch w.state[t] {
	case inside:
		w.shape.Recursive = true
		return
	case done:
		return
	}
	w.state[t] = inside
	switch t.Kind() {
	case reflect.Interface:
		w.shape.Interface = true
	case reflect.Pointer, reflect.Array, reflect.Slice:
		w.walk(t.Elem())
	case reflect.Map:
		w.walk(t.Key())
		w.walk(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			w.walk(t.Field(i).Type)
		}
	}
	w.state[t] = done
}
