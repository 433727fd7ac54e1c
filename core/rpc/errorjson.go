package rpc

import (
	"maps"
	"math"
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
			e.Code = r.Name()
		case "message":
			e.Message = r.Text()
		case "is":
			e.readIs(r)
		case "details":
			e.readDetails(r)
		case "panic":
			e.readPanic(r)
		default:
			r.Skip()
		}
	})
}

// readIs keeps the names that may be passed on, and no others: a peer may know more.
func (e *wireError) readIs(r *wirejson.Reader) {
	e.Is = nil
	r.List(wirejson.Limit{Name: "Names", Max: math.MaxInt}, func() {
		if name := r.Text(); len(name) <= maxErrorName && len(e.Is) < maxErrorNames {
			e.Is = append(e.Is, name)
		}
	})
}

func (e *wireError) readDetails(r *wirejson.Reader) {
	e.Details = nil
	if r.Null() {
		return
	}
	e.Details = map[string]string{}
	r.Object(func(name string) {
		if e.Details[name] = r.Text(); len(e.Details) > limitDetails.Max {
			r.Over(limitDetails)
		}
	})
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
