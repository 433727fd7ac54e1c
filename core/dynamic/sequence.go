package dynamic

import (
	"io"
	"reflect"

	"github.com/tenon-dev/tenon/core/rpc"
)

// toAny returns the values of seq, a sequence, each as a pointer to it; nil for
// nil.
func toAny(seq reflect.Value) anySeq {
	if seq.IsNil() {
		return nil
	}
	item, _, _ := itemOf(seq.Type())
	return func(yield func(any, error) bool) {
		seq.Call([]reflect.Value{reflect.MakeFunc(seq.Type().In(0), func(in []reflect.Value) []reflect.Value {
			var err error
			if len(in) == 2 && !in[1].IsNil() {
				err = in[1].Interface().(error)
			}
			p := reflect.New(item)
			p.Elem().Set(in[0])
			return []reflect.Value{reflect.ValueOf(yield(p.Interface(), err))}
		})})
	}
}

// fromAny returns a sequence of type t with the values of seq, which are pointers.
// Where t has no place for errors, failed is told the one that ended it.
func fromAny(t reflect.Type, seq anySeq, failed func(error)) reflect.Value {
	item, errors, _ := itemOf(t)
	return reflect.MakeFunc(t, func(in []reflect.Value) []reflect.Value {
		yield := in[0]
		for v, err := range seq {
			out := []reflect.Value{reflect.Zero(item)}
			if err == nil {
				out[0] = reflect.ValueOf(v).Elem()
			}
			switch {
			case errors:
				out = append(out, errorValue(err))
			case err != nil:
				failed(err)
				return nil
			}
			if !yield.Call(out)[0].Bool() {
				return nil
			}
		}
		return nil
	})
}

// receive returns the values of that type that come, as pointers, and at the end
// the error with which the stream broke, if it did. over is called when the loop
// is left. complete, where it is not nil, is called at a clean end, and its error follows.
func receive(stream *rpc.AnyStream, item reflect.Type, over func(), complete func() error) anySeq {
	return func(yield func(any, error) bool) {
		defer over()
		for {
			v := reflect.New(item)
			err := stream.Recv(v.Interface())
			if err == io.EOF { // itself: a clean end and nothing else
				if complete == nil {
					return
				}
				if err = complete(); err == nil {
					return
				}
			}
			if !yield(v.Interface(), err) || err != nil {
				return
			}
		}
	}
}

// errorValue returns err as a value of the type error, also when it is nil.
func errorValue(err error) reflect.Value {
	v := reflect.New(errorType).Elem()
	if err != nil {
		v.Set(reflect.ValueOf(err))
	}
	return v
}
