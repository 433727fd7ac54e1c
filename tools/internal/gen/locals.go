package gen

import (
	"fmt"
	"go/types"
	"strings"
)

// locals are the names of variables in one function that is written.
type locals struct {
	file *file
	used map[string]bool
}

// newLocals returns locals in which some names are taken by the function itself.
func (f *file) newLocals(taken ...string) *locals {
	l := &locals{f, map[string]bool{}}
	for _, name := range taken {
		l.used[name] = true
	}
	return l
}

// take returns a free name like the one that is wanted.
func (l *locals) take(want string) string {
	name := want
	for n := 2; l.used[name] || l.shadows(name); n++ {
		name = fmt.Sprint(want, n)
	}
	l.used[name] = true
	return name
}

// shadows reports whether a variable of that name would hide what the function may
// need: a package, a declaration, or a predeclared name.
func (l *locals) shadows(name string) bool {
	return l.file.taken(name) || types.Universe.Lookup(name) != nil || reserved[name]
}

// reserved are names of packages that are imported only when they are used first.
var reserved = map[string]bool{"rpc": true, "tenon": true, "context": true, "iter": true, "io": true, "net": true, "reflect": true, "launch": true}

// params gives names to the parameters of a method.
func (l *locals) params(m *method) {
	if m.ctx {
		m.ctxVar = "ctx"
		if p := m.sig.Params().At(0).Name(); p != "" && p != "_" {
			m.ctxVar = p
		}
		m.ctxVar = l.take(m.ctxVar)
	}
	for n, v := range m.params {
		v.local = l.take(v.wish(fmt.Sprint("a", n)))
	}
}

// results gives names to the results of a method.
func (l *locals) results(m *method) {
	for n, v := range m.results {
		v.local = l.take(v.wish(fmt.Sprint("r", n)))
	}
}

// wish is the name that a value would like to have.
func (v *value) wish(otherwise string) string {
	if v.name == "" {
		return otherwise
	}
	return lower(v.name)
}

// signature writes the parameters and results of a method, after params.
func (f *file) signature(m *method) string {
	var params []string
	if m.ctx {
		params = append(params, m.ctxVar+" "+f.ctx()+".Context")
	}
	for n, v := range m.params {
		typ := f.t(v.typ)
		if v.variadic {
			typ = "..." + f.t(v.typ.(*types.Slice).Elem())
		} else if next := n + 1; next < len(m.params) && !m.params[next].variadic && f.t(m.params[next].typ) == typ {
			params = append(params, v.local)
			continue
		}
		params = append(params, v.local+" "+typ)
	}
	var results []string
	for _, v := range m.results {
		results = append(results, f.t(v.typ))
	}
	if m.err {
		results = append(results, "error")
	}
	out := strings.Join(results, ", ")
	if len(results) > 1 {
		out = "(" + out + ")"
	}
	return strings.TrimSpace("(" + strings.Join(params, ", ") + ") " + out)
}
