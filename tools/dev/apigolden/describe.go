package main

import (
	"fmt"
	"go/types"
)

// describe returns one line for each exported thing of a package: constants
// with their values, variables, functions, types, and under each type its
// exported fields and methods.
func describe(pkg *types.Package) []string {
	qualify := types.RelativeTo(pkg)
	var out []string
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		obj := scope.Lookup(name)
		if !obj.Exported() {
			continue
		}
		switch obj := obj.(type) {
		case *types.Const:
			out = append(out, fmt.Sprintf("const %s %s = %s", name, types.TypeString(obj.Type(), qualify), obj.Val().ExactString()))
		case *types.TypeName:
			out = append(out, describeType(obj, qualify)...)
		default:
			out = append(out, types.ObjectString(obj, qualify))
		}
	}
	return out
}

func describeType(obj *types.TypeName, qualify types.Qualifier) []string {
	if obj.IsAlias() {
		return []string{types.ObjectString(obj, qualify)}
	}
	named, ok := obj.Type().(*types.Named)
	if !ok {
		return []string{types.ObjectString(obj, qualify)}
	}
	head := "type " + obj.Name() + parameters(named, qualify)
	switch under := named.Underlying().(type) {
	case *types.Struct:
		return append(structLines(head, obj.Name(), under, qualify), methodLines(obj.Name(), named, qualify)...)
	case *types.Interface:
		return interfaceLines(head, obj.Name(), under, qualify)
	default:
		lines := []string{head + " " + types.TypeString(under, qualify)}
		return append(lines, methodLines(obj.Name(), named, qualify)...)
	}
}

func parameters(named *types.Named, qualify types.Qualifier) string {
	params := named.TypeParams()
	if params.Len() == 0 {
		return ""
	}
	s := "["
	for i := range params.Len() {
		if i > 0 {
			s += ", "
		}
		p := params.At(i)
		s += p.Obj().Name() + " " + types.TypeString(p.Constraint(), qualify)
	}
	return s + "]"
}

func structLines(head, name string, s *types.Struct, qualify types.Qualifier) []string {
	lines := []string{head + " struct"}
	hidden := false
	for f := range s.Fields() {
		switch {
		case !f.Exported():
			hidden = true
		case f.Embedded():
			lines = append(lines, fmt.Sprintf("type %s struct, embeds %s", name, types.TypeString(f.Type(), qualify)))
		default:
			lines = append(lines, fmt.Sprintf("type %s struct, %s %s", name, f.Name(), types.TypeString(f.Type(), qualify)))
		}
	}
	if hidden {
		lines = append(lines, fmt.Sprintf("type %s struct, with unexported fields", name))
	}
	return lines
}

func interfaceLines(head, name string, i *types.Interface, qualify types.Qualifier) []string {
	if !i.IsMethodSet() {
		return []string{head + " " + types.TypeString(i, qualify)}
	}
	lines := []string{head + " interface"}
	for m := range i.Methods() {
		if !m.Exported() {
			lines = append(lines, fmt.Sprintf("type %s interface, with unexported methods", name))
			continue
		}
		lines = append(lines, fmt.Sprintf("type %s interface, %s%s", name, m.Name(), signature(m, qualify)))
	}
	return lines
}

// methodLines lists the methods that a pointer to the type has, promoted ones
// too, and which of them a value has.
func methodLines(name string, named *types.Named, qualify types.Qualifier) []string {
	values := types.NewMethodSet(named)
	var lines []string
	for sel := range types.NewMethodSet(types.NewPointer(named)).Methods() {
		m, ok := sel.Obj().(*types.Func)
		if !ok || !m.Exported() {
			continue
		}
		receiver := "*" + name
		if values.Lookup(m.Pkg(), m.Name()) != nil {
			receiver = name
		}
		lines = append(lines, fmt.Sprintf("method (%s) %s%s", receiver, m.Name(), signature(m, qualify)))
	}
	return lines
}

// signature is a method's parameters and results, without "func".
func signature(m *types.Func, qualify types.Qualifier) string {
	const keyword = "func"
	return types.TypeString(m.Signature(), qualify)[len(keyword):]
}
