package gen

import (
	"fmt"
	"go/token"
	"go/types"
	"reflect"
	"strings"
)

// crossing finds out whether values of types can be encoded, with what every codec
// refuses. What one codec in particular refuses is found out when it is chosen.
type crossing struct {
	pkg    *types.Package
	source *sources
	name   func(types.Type) string // as the source writes a type
	seen   map[types.Type]bool
}

// An obstacle is why a value cannot be encoded. pos is that of the field where it
// is met, or invalid.
type obstacle struct {
	path string // "Entry.Lock", "" for the value itself
	pos  token.Pos
	why  string
}

// check returns what stands in the way of values of t.
func (c *crossing) check(t types.Type) *obstacle {
	c.seen = map[types.Type]bool{}
	return c.walk(t, "", token.NoPos)
}

func (c *crossing) walk(t types.Type, path string, pos token.Pos) *obstacle {
	t = types.Unalias(t)
	if c.seen[t] {
		return nil
	}
	c.seen[t] = true
	is := func(format string, args ...any) *obstacle {
		return &obstacle{path, pos, c.name(t) + " " + fmt.Sprintf(format, args...)}
	}
	if path != "" {
		if k := kindOf(t); k != plain {
			return is("is %s, which can only cross as an argument or a result by itself", article(string(k)))
		}
		if isFuncs(t) {
			return is("is a pointer to a struct of funcs, which can only cross by itself: make it an interface, and an argument or a result")
		}
	}
	if encodesItself(t) {
		return nil
	}
	if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil {
		switch p := n.Obj().Pkg().Path(); p {
		case "sync", "sync/atomic":
			return is("guards the memory of one process, and cannot cross: pass what it guards")
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch u.Kind() {
		case types.UnsafePointer, types.Uintptr:
			return is("is an address in one process, and cannot cross: pass what is there")
		case types.Invalid:
			return &obstacle{path, pos, "its type is not known"}
		}
	case *types.Chan:
		return is("both sends and receives: say which, <-chan %s to receive what the caller sends, or chan<- %s to send to it", c.name(u.Elem()), c.name(u.Elem()))
	case *types.Interface:
		if isError(t) {
			return is("can only be the last result: pass a text or a code, or return it")
		}
	case *types.Pointer:
		if circular(t) {
			return is("points to nothing but itself")
		}
		if k := kindOf(u.Elem()); k != plain && path == "" {
			return is("is a pointer to %s, which can only cross as it is: pass that itself", article(string(k)))
		}
		return c.walk(u.Elem(), path, pos)
	case *types.Slice:
		return c.walk(u.Elem(), path+elements, pos)
	case *types.Array:
		return c.walk(u.Elem(), path+elements, pos)
	case *types.Map:
		if o := c.walk(u.Key(), path+keys, pos); o != nil {
			return o
		}
		return c.walk(u.Elem(), path+elements, pos)
	case *types.Struct:
		return c.fields(t, u, path)
	}
	return nil
}

// How a path goes on to what is in a slice, an array or a map.
const (
	elements = ": its elements"
	keys     = ": its keys"
)

func (c *crossing) fields(t types.Type, s *types.Struct, path string) *obstacle {
	if _, named := t.(*types.Named); named {
		path = c.name(t) // the reader knows where that is declared
	}
	crosses := 0
	for i := range s.NumFields() {
		f, at := s.Field(i), path+"."+s.Field(i).Name()
		if path == "" {
			at = "its field " + f.Name()
		}
		_, isStruct := f.Type().Underlying().(*types.Struct)
		switch {
		case reflect.StructTag(s.Tag(i)).Get("json") == "-" || f.Name() == "_":
			continue
		case f.Exported(), f.Embedded() && isStruct:
			if _, bare := f.Type().Underlying().(*types.Signature); bare {
				return &obstacle{at, f.Pos(), c.name(f.Type()) + " is a func, which can only cross as an argument or a result by itself"}
			}
			if o := c.walk(f.Type(), at, f.Pos()); o != nil {
				return o
			}
			crosses++
			continue
		case f.Embedded() && isPointerToStruct(f.Type()):
			return &obstacle{at, f.Pos(), "it is embedded by a pointer and not exported, so nobody else can set it: embed the struct itself, or export its type"}
		}
		if _, _, local := c.source.of(f).get("local"); local || isEmpty(f.Type()) {
			continue
		}
		if f.Pkg() != c.pkg {
			return &obstacle{at, f.Pos(), "it is not exported, so it would be left behind: pass a type of your own that has what the other process needs"}
		}
		return &obstacle{at, f.Pos(), "it is not exported, so it would be left behind: export it, or give " + c.name(t) +
			" methods by which it encodes itself, or write //tenon:local on it where its value is of no use to the other process"}
	}
	if crosses == 0 && s.NumFields() > 0 {
		return &obstacle{path, token.NoPos, c.name(t) + " has no exported fields, so nothing of it would cross: export some, or give it methods by which it encodes itself"}
	}
	return nil
}

// encodesItself reports whether values of t, or of a pointer to it, have methods by
// which one codec or another encodes them.
func encodesItself(t types.Type) bool {
	if _, ok := t.Underlying().(*types.Pointer); !ok && !types.IsInterface(t) {
		t = types.NewPointer(t)
	}
	set := types.NewMethodSet(t)
	for i := range set.Len() {
		switch name := set.At(i).Obj().Name(); {
		case strings.HasPrefix(name, "Marshal"), name == "GobEncode", name == "ProtoReflect":
			return true
		}
	}
	return false
}

func isPointerToStruct(t types.Type) bool {
	p, ok := t.Underlying().(*types.Pointer)
	if !ok {
		return false
	}
	_, ok = p.Elem().Underlying().(*types.Struct)
	return ok
}

// isEmpty reports whether values of t hold nothing, as those of struct{} and of
// [0]func().
func isEmpty(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for i := range u.NumFields() {
			if !isEmpty(u.Field(i).Type()) {
				return false
			}
		}
		return true
	case *types.Array:
		return u.Len() == 0
	}
	return false
}

// circular reports whether following pointers from t never ends.
func circular(t types.Type) bool {
	for range 100 {
		p, ok := t.Underlying().(*types.Pointer)
		if !ok {
			return false
		}
		t = p.Elem()
	}
	return true
}
