package rpc

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Change is one difference between two catalogues, as the callers of the old one
// meet it in the new one.
type Change struct {
	Service string `json:"service"`
	Method  string `json:"method,omitempty"` // "" for what concerns the whole service
	Breaks  bool   `json:"breaks"`           // a caller made for the old one may fail
	What    string `json:"what"`             // for people
}

// String returns the change in one line: "breaks kv.Put: …" or "adds kv.Watch".
func (c Change) String() string {
	verb := "adds"
	if c.Breaks {
		verb = "breaks"
	}
	where := c.Service
	if c.Method != "" {
		where += "." + c.Method
	}
	if c.What == "" {
		return verb + " " + where
	}
	return verb + " " + where + ": " + c.What
}

// Compare returns what callers of old meet in next: what breaks first, then what
// was added, each by service and method. Nothing that breaks means that next can
// take the place of old.
//
// What a caller sends may become wider, and what it gets may become narrower or
// have more fields; names of Go types and documentation do not matter. A caller
// that sends fields which next does not know would lose them silently, so that
// breaks.
func Compare(old, next *Catalogue) []Change {
	var d difference
	if old.Default != "" && next.Default != old.Default {
		d.breaks(old.Default, "", "it is no longer the default service")
	}
	before, after := firsts(old.Services, serviceName), firsts(next.Services, serviceName)
	for i := range old.Services {
		if s := &old.Services[i]; before[s.Name] == s {
			d.service(s, after[s.Name])
		}
	}
	for i := range next.Services {
		if s := &next.Services[i]; before[s.Name] == nil {
			d.add(s.Name, "", "")
		}
	}
	slices.SortStableFunc(d.changes, func(a, b Change) int {
		if a.Breaks != b.Breaks {
			if a.Breaks {
				return -1
			}
			return 1
		}
		return cmp.Or(strings.Compare(a.Service, b.Service), strings.Compare(a.Method, b.Method))
	})
	return d.changes
}

// Broken returns the changes that break something.
func Broken(changes []Change) []Change {
	var broken []Change
	for _, c := range changes {
		if c.Breaks {
			broken = append(broken, c)
		}
	}
	return broken
}

// firsts returns the entries by their names: of several of one name the first, which is
// what is called. They may be as many as a plugin may say.
func firsts[T any](entries []T, name func(*T) string) map[string]*T {
	byName := make(map[string]*T, len(entries))
	for i := range entries {
		if e := &entries[i]; byName[name(e)] == nil {
			byName[name(e)] = e
		}
	}
	return byName
}

func serviceName(s *ServiceInfo) string { return s.Name }
func methodName(m *MethodInfo) string   { return m.Name }

// anyIn reports whether one of a is in b.
func anyIn(a, b []string) bool {
	in := make(map[string]bool, len(b))
	for _, s := range b {
		in[s] = true
	}
	return slices.ContainsFunc(a, func(s string) bool { return in[s] })
}

// difference collects changes.
type difference struct {
	changes []Change
}

func (d *difference) breaks(service, method, format string, args ...any) {
	d.changes = append(d.changes, Change{Service: service, Method: method, Breaks: true, What: fmt.Sprintf(format, args...)})
}

func (d *difference) add(service, method, format string, args ...any) {
	d.changes = append(d.changes, Change{Service: service, Method: method, What: fmt.Sprintf(format, args...)})
}

func (d *difference) service(old, next *ServiceInfo) {
	if next == nil {
		d.breaks(old.Name, "", "the service is gone")
		return
	}
	if len(old.Codecs) > 0 && !anyIn(old.Codecs, next.Codecs) {
		d.breaks(old.Name, "", "no codec in common: it had %s, and now has %s", list(old.Codecs), list(next.Codecs))
	}
	at := typeChange{service: old.Name, what: "the configuration", sent: true}
	if old.Config == nil && next.Config != nil {
		d.add(at.service, "", "%v: %v", at, next.Config) // callers of the old one leave it zero
	} else {
		d.types(at, old.Config, next.Config)
	}
	before, after := firsts(old.Methods, methodName), firsts(next.Methods, methodName)
	for i := range old.Methods {
		if m := &old.Methods[i]; before[m.Name] == m {
			d.method(old.Name, *m, after[m.Name])
		}
	}
	for i := range next.Methods {
		if m := &next.Methods[i]; before[m.Name] == nil {
			d.add(old.Name, m.Name, "")
		}
	}
}

func (d *difference) method(service string, old MethodInfo, next *MethodInfo) {
	switch {
	case next == nil:
		d.breaks(service, old.Name, "the method is gone")
		return
	case old.Kind != next.Kind:
		d.breaks(service, old.Name, "it was %s, and is %s now", kindInWords(old.Kind), kindInWords(next.Kind))
		return
	case !slices.Equal(old.Live, next.Live):
		d.breaks(service, old.Name, "live arguments: it took %s, and takes %s now", list(old.Live), list(next.Live))
	case !slices.Equal(old.LiveResults, next.LiveResults):
		d.breaks(service, old.Name, "live results: it gave %s, and gives %s now", list(old.LiveResults), list(next.LiveResults))
	}
	at := func(what string, sent bool) typeChange {
		return typeChange{service: service, method: old.Name, what: what, sent: sent}
	}
	d.arguments(at("the argument", true), old, *next)
	d.types(at("the result", false), old.Result, next.Result)
	itemSent := old.Kind == KindClientStream || old.Kind == KindBidiStream
	d.types(at("the values of the stream", itemSent), old.Item, next.Item)
	d.types(at("the values that it sends", false), old.Down, next.Down)
}

// arguments compares what a caller sends. A parameter that was added would be zero
// in every call of an old caller.
func (d *difference) arguments(at typeChange, old, next MethodInfo) {
	if len(old.Params) == 0 || len(next.Params) == 0 || old.Args == nil || next.Args == nil {
		if (len(old.Params) == 0) != (len(next.Params) == 0) {
			d.breaks(at.service, at.method, "it was %v, and is %v now", old, next)
		} else {
			d.types(at, old.Args, next.Args)
		}
		return
	}
	params := map[string]*Type{}
	for _, f := range next.Args.Fields {
		params[f.Name] = f.Type
	}
	for _, f := range old.Args.Fields {
		at.what = "the parameter " + f.Name
		d.types(at, f.Type, params[f.Name])
		delete(params, f.Name)
	}
	for _, f := range next.Args.Fields {
		if t := params[f.Name]; t != nil {
			at.what = "the parameter " + f.Name
			d.types(at, nil, t)
		}
	}
}

func kindInWords(k Kind) string {
	switch k {
	case KindServerStream:
		return "a stream of results"
	case KindClientStream:
		return "a stream of arguments"
	case KindBidiStream:
		return "a stream both ways"
	}
	return "a plain call"
}
