package jsoncall

import (
	"reflect"
	"slices"
	"strconv"
)

// arguments makes a method's arguments: a pointer, or nil for nothing.
func (m *method) arguments(src []byte, codec string) (any, error) {
	const what = "arguments"
	if m.args == nil {
		if len(src) == 0 {
			return nil, nil
		}
		v, err := parse(what, src)
		if err == nil && !isNothing(v) {
			err = &TypeError{Path: what, Want: "none", Found: found(v)}
		}
		return nil, err
	}
	if len(src) == 0 {
		src = []byte("{}")
		if len(m.Params) == 0 {
			return nil, &TypeError{Path: what, Want: m.args.want(), Found: "nothing"}
		}
	}
	v, err := parse(what, src)
	if err != nil {
		return nil, err
	}
	var value reflect.Value
	if len(m.Params) > 0 && m.args.how == byKind && m.args.desc.Kind == "struct" {
		value, err = m.named(v, what, codec)
	} else {
		at := what
		if v, at = m.alone(v, what); err == nil {
			value, err = m.args.read(v, at, codec)
		}
	}
	if err != nil {
		return nil, err
	}
	p := reflect.New(m.args.typ)
	p.Elem().Set(value)
	return p.Interface(), nil
}

// named reads arguments that have names.
func (m *method) named(v any, what, codec string) (reflect.Value, error) {
	shown := m.shown()
	object, ok := v.(map[string]any)
	for i, f := range shown.fields { // the names on the wire will do too
		if wire := m.args.fields[i].name; ok && wire != f.name {
			if value, given := object[wire]; given {
				delete(object, wire)
				object[f.name] = value
			}
		}
	}
	if list, isList := v.([]any); isList && len(list) == len(m.args.fields) {
		ok, object = true, map[string]any{}
		for i, f := range shown.fields {
			object[f.name] = list[i]
		}
	}
	if !ok {
		return reflect.Value{}, &TypeError{
			Path: what, Want: "an object with " + shown.names() + ", or a list of " + strconv.Itoa(len(m.args.fields)),
			Found: found(v),
		}
	}
	out := reflect.New(m.args.typ).Elem()
	return out, shown.readStruct(out, object, what, codec, true)
}

// shown returns the node of the arguments with the names that people know them by.
func (m *method) shown() *node {
	if len(m.Names) != len(m.args.fields) {
		return m.args
	}
	n := *m.args
	n.fields = slices.Clone(n.fields)
	for i, name := range m.Names {
		n.fields[i].name = name
	}
	return &n
}

func (n *node) names() string {
	var names []string
	for _, f := range n.fields {
		names = append(names, f.name)
	}
	return joinNames(names)
}

// alone returns the one argument of a method, which may stand in an object under the
// name that people know it by, where that cannot mean the argument itself.
func (m *method) alone(v any, what string) (any, string) {
	object, ok := v.(map[string]any)
	if !ok || len(m.Names) != 1 || len(object) != 1 {
		return v, what
	}
	inner, ok := object[m.Names[0]]
	if !ok || m.args.takes(m.Names[0]) {
		return v, what
	}
	return inner, what + "." + m.Names[0]
}

// takes reports whether a value of the type can be an object with a field of that name.
func (n *node) takes(name string) bool {
	switch {
	case n.how == again:
		return n.outer.takes(name)
	case n.how != byKind:
		return true
	}
	switch n.desc.Kind {
	case "map", "any":
		return true
	case "struct":
		return slices.ContainsFunc(n.fields, func(f field) bool { return f.name == name })
	}
	return false
}

func isNothing(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}
