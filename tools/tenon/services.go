package main

import (
	"strings"

	"github.com/tenon-dev/tenon/core/rpc"
)

// printService prints a service with a line for each method, its documentation, and
// what the types are made of that have names.
func printService(p *page, s rpc.ServiceInfo) {
	p.doc("    ", s.Doc)
	p.line("    codecs " + spaced(s.Codecs))
	types := &typeList{seen: map[string]bool{}}
	if s.Config != nil {
		p.line("    configuration " + s.Config.String())
		types.add(s.Config)
	}
	for _, m := range s.Methods {
		p.line("    " + m.String())
		p.doc("        ", m.Doc)
		for _, t := range []*rpc.Type{m.Args, m.Result, m.Item, m.Down} {
			if t == m.Args && len(m.Params) > 0 && t != nil { // made of the arguments: no type of the plugin's
				for _, f := range t.Fields {
					types.add(f.Type)
				}
				continue
			}
			types.add(t)
		}
	}
	for _, t := range types.list {
		var fields []string
		for _, f := range t.Fields {
			field := f.Name + " " + f.Type.String()
			if f.Optional {
				field += " (optional)"
			}
			fields = append(fields, field)
		}
		p.wrap("    type "+t.Name+" ", "        ", []string{"{ " + strings.Join(fields, "; ") + " }"}, " ")
	}
}

// A typeList collects the structs that have a name.
type typeList struct {
	list []*rpc.Type
	seen map[string]bool
}

func (l *typeList) add(t *rpc.Type) {
	if t == nil || t.Again {
		return
	}
	if t.Kind == "struct" && t.Name != "" {
		if l.seen[t.Name] {
			return
		}
		l.seen[t.Name] = true
		l.list = append(l.list, t)
	}
	l.add(t.Key)
	l.add(t.Elem)
	for _, f := range t.Fields {
		l.add(f.Type)
	}
}
