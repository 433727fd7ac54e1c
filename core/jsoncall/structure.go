package jsoncall

import (
	"fmt"
	"go/token"
	"reflect"
	"strconv"
	"strings"
)

// A tree is a struct to be made: the fields of its own, and those that are embedded in
// it.
type tree struct {
	fields []reflect.StructField
	inner  map[string]*tree // by the name of the field
	order  []string         // of inner
}

// structure makes the struct of n: for codecs that follow tags the names stand in
// these, for gob the fields are called as in the plugin, and embedded where they are.
func (b *builder) structure(n *node) error {
	root := &tree{}
	type place struct {
		in   *tree
		path []string
		at   int
	}
	var places []place
	seen := map[string]bool{}
	for _, f := range n.desc.Fields {
		if f.Name == "" || seen[f.Name] {
			return b.refuse("the catalogue has two fields %q in the type %s", f.Name, n.desc)
		}
		seen[f.Name] = true
		child, err := b.node(f.Type)
		if err != nil {
			return err
		}
		path, name := goName(f.Go, f.Name, len(n.fields))
		in := root
		for _, p := range path {
			in = in.embedded(p)
		}
		tag := f.Name
		if f.Optional {
			tag += ",omitempty"
		}
		in.fields = append(in.fields, reflect.StructField{
			Name: name, Type: child.typ, Tag: reflect.StructTag("json:" + strconv.Quote(tag)),
		})
		places = append(places, place{in, path, len(in.fields) - 1})
		n.fields = append(n.fields, field{name: f.Name, optional: f.Optional, node: child})
	}
	n.typ = root.make()
	for i, p := range places {
		n.fields[i].index = append(root.way(p.path), p.at)
	}
	return nil
}

func (t *tree) embedded(name string) *tree {
	if t.inner == nil {
		t.inner = map[string]*tree{}
	}
	if t.inner[name] == nil {
		t.inner[name] = &tree{}
		t.order = append(t.order, name)
	}
	return t.inner[name]
}

// make returns the struct. What is embedded comes last.
func (t *tree) make() reflect.Type {
	fields := t.fields
	for _, name := range t.order {
		fields = append(fields, reflect.StructField{Name: name, Anonymous: true, Type: t.inner[name].make()})
	}
	return reflect.StructOf(fields)
}

// way is the index of an embedded struct.
func (t *tree) way(path []string) []int {
	var index []int
	for _, name := range path {
		for i, o := range t.order {
			if o == name {
				index = append(index, len(t.fields)+i)
			}
		}
		t = t.inner[name]
	}
	return index
}

// goName returns how a field is called in the plugin, and what it is embedded in. What
// cannot be a field gets a name that is none of the plugin's, which only codecs that
// follow tags can use.
func goName(inGo, name string, nth int) (path []string, last string) {
	if inGo == "" {
		inGo = name
	}
	parts := strings.Split(inGo, ".")
	last = parts[len(parts)-1]
	for _, p := range parts {
		if !token.IsIdentifier(p) || !token.IsExported(p) {
			path = nil
			break
		}
		path = append(path, p)
	}
	if len(path) > 0 {
		path = path[:len(path)-1]
	}
	if !token.IsIdentifier(last) || !token.IsExported(last) {
		return nil, fmt.Sprintf("X%d", nth)
	}
	return path, last
}
