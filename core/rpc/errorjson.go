package rpc

import (
	"maps"
	"slices"

	"github.com/tenon-dev/tenon/core/internal/wirejson"
)

func (e *wireError) write(w *wirejson.Writer) {
	w.Begin('{')
	w.Member("code")
	w.Text(e.Code)
	if e.Message != "" {
		w.Member("message")
		w.Text(e.Message)
	}
	if len(e.Is) > 0 {
		w.Member("is")
		w.Texts(e.Is)
	}
	if len(e.Details) > 0 {
		w.Member("details")
		w.Begin('{')
		for _, name := range slices.Sorted(maps.Keys(e.Details)) {
			w.AnyMember(name)
			w.Text(e.Details[name])
		}
		w.End('}')
	}
	if e.Panic != nil {
		w.Member("panic")
		w.Begin('{')
		w.Member("value")
		w.Text(e.Panic.Value)
		w.Member("stack")
		w.Text(e.Panic.Stack)
		w.End('}')
	}
	w.End('}')
}

func (e *wireError) read(r *wirejson.Reader) {
	r.Object(func(name string) {
		switch name {
		case "code":
			e.Code = r.Text()
		case "message":
			e.Message = r.Text()
		case "is":
			e.Is = r.Texts()
		case "details":
			e.readDetails(r)
		case "panic":
			e.readPanic(r)
		default:
			r.Skip()
		}
	})
}

func (e *wireError) readDetails(r *wirejson.Reader) {
	e.Details = nil
	if r.Null() {
		return
	}
	e.Details = map[string]string{}
	r.Object(func(name string) { e.Details[name] = r.Text() })
}

func (e *wireError) readPanic(r *wirejson.Reader) {
	e.Panic = nil
	if r.Null() {
		return
	}
	e.Panic = new(wirePanic)
	r.Object(func(name string) {
		switch name {
		case "value":
			e.Panic.Value = r.Text()
		case "stack":
			e.Panic.Stack = r.Text()
		default:
			r.Skip()
		}
	})
}
