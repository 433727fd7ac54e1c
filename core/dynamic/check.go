package dynamic

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/tenon-dev/tenon/core/codec"
)

// direction says which way a value crosses, seen from this side.
type direction bool

const (
	sent     direction = false
	received direction = true
)

// A checker finds out whether the values of funcs can cross, and collects the
// types of those that are encoded, at any depth: also those that callbacks and
// objects pass in their turn.
type checker struct {
	seen  map[crossing]bool
	types []reflect.Type
}

// A crossing is a type of callbacks or objects, in one direction. It need be
// looked at only once, and may be recursive.
type crossing struct {
	t reflect.Type
	d direction
}

func newChecker() *checker { return &checker{seen: map[crossing]bool{}} }

// value returns why values of type t, of that kind, cannot cross in direction d.
func (c *checker) value(t reflect.Type, k kind, d direction, result bool) error {
	if t == contextType {
		return errors.New("a context can only be the first argument")
	}
	switch k {
	case plain:
		return c.plain(t)
	case sequence:
		return c.sequence(t, d, result)
	case callback:
		return c.callback(t, d, result)
	case object:
		return c.object(t, d)
	}
	return nil
}

func (c *checker) plain(t reflect.Type) error {
	switch {
	case t.Kind() == reflect.Chan:
		return fmt.Errorf("a %v is a channel, which cannot cross: use an iter.Seq2[%v, error]", t, t.Elem())
	case t.Kind() == reflect.Struct && isFuncs(t):
		return fmt.Errorf("a %v holds funcs: pass a pointer to it", t)
	}
	if err := plainRules.Check(t); err != nil {
		return fmt.Errorf("a %v cannot cross: %s", t, strings.TrimPrefix(err.Error(), "codec: "))
	}
	c.types = append(c.types, t)
	return nil
}

// plainRules refuse what no codec can carry, and live values inside others. What a
// codec in particular refuses is found out when it is chosen.
var plainRules = codec.Rules{
	Leaf: encodesItself,
	Refuse: func(t reflect.Type, role codec.Role) string {
		if k := kindOf(t); role != codec.Root && k != plain {
			return "is " + k.one() + ", which can only cross as an argument or a result by itself"
		}
		return ""
	},
	Skip: func(f reflect.StructField) bool { return f.Tag.Get("json") == "-" },
}

// encodesItself reports whether values of t, or of a pointer to it, have methods
// by which one codec or another encodes them.
func encodesItself(t reflect.Type) bool {
	if t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface {
		t = reflect.PointerTo(t)
	}
	for i := range t.NumMethod() {
		switch name := t.Method(i).Name; {
		case strings.HasPrefix(name, "Marshal"), name == "GobEncode", name == "ProtoReflect":
			return true
		}
	}
	return false
}

func (c *checker) sequence(t reflect.Type, d direction, result bool) error {
	item, errors, _ := itemOf(t)
	if d == received && result && !errors {
		return fmt.Errorf("a %v cannot say that it broke, as one from another process can: use an iter.Seq2[%v, error]", t, item)
	}
	if k := kindOf(item); k != plain {
		return fmt.Errorf("a sequence of %vs, %v, cannot cross: pass each by itself", k, item)
	}
	return c.plain(item)
}

func (c *checker) callback(t reflect.Type, d direction, result bool) error {
	switch {
	case isPairs(t):
		return fmt.Errorf("a sequence of pairs, a %v, cannot cross: make the pairs structs, and the second values errors", t)
	case result:
		return fmt.Errorf("a func, a %v, cannot be a result, since it ends with the call: return a pointer to a struct of funcs", t)
	case !c.first(t, d):
		return nil
	}
	_, err := c.shape(t, 0, nil, !d)
	return err
}

func (c *checker) object(t reflect.Type, d direction) error {
	if !c.first(t, d) {
		return nil
	}
	if t.Kind() == reflect.Interface {
		return c.iface(t, d)
	}
	for i := range t.Elem().NumField() {
		f := t.Elem().Field(i)
		switch {
		case embedsFuncs(f):
			return fmt.Errorf("a %v has the embedded %s, whose funcs would be left behind: declare them in the struct itself", t, f.Name)
		case !f.IsExported() || f.Type == refType:
			continue
		case f.Type.Kind() != reflect.Func:
			return fmt.Errorf("a %v has funcs and the field %s, a %v, which would be left behind: pass it by itself", t, f.Name, f.Type)
		case isSequence(f.Type):
			return fmt.Errorf("field %s of a %v is a sequence: make it a func that returns one", f.Name, t)
		}
		s, err := c.shape(f.Type, 0, nil, !d)
		if err == nil && d == received {
			err = s.mayFail(f.Type)
		}
		if err == nil {
			err = fills(methodName(f), f.Type, 0)
		}
		if err != nil {
			return fmt.Errorf("a %v: field %s: %w", t, f.Name, err)
		}
	}
	return nil
}

// embedsFuncs reports whether a field is an embedded struct of funcs, or a pointer to
// one. Its funcs look like those of the struct that it stands in, also where its own
// name is not exported, and are not looked for.
func embedsFuncs(f reflect.StructField) bool {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return f.Anonymous && t != refType && isFuncs(t)
}

func isSequence(t reflect.Type) bool {
	_, _, ok := itemOf(t)
	return ok
}

// iface checks an interface, which can be sent, and not received: no type can be
// made at run time that has methods.
func (c *checker) iface(t reflect.Type, d direction) error {
	if d == received {
		return fmt.Errorf("a %v is an interface, and nothing can be made at run time that implements it: use a pointer to a struct of funcs", t)
	}
	for i := range t.NumMethod() {
		m := t.Method(i)
		switch {
		case m.PkgPath != "":
			return fmt.Errorf("a %v has the method %s, which is not exported", t, m.Name)
		case m.Name == "Read" && m.Type.NumIn() == 1 && m.Type.In(0) == reflect.TypeFor[[]byte]():
			return fmt.Errorf("a %v is more than an io.Reader: use io.Reader, io.ReadCloser or io.ReadWriteCloser itself", t)
		}
		err := fills(m.Name, m.Type, 0)
		if err == nil {
			_, err = c.shape(m.Type, 0, nil, received)
		}
		if err != nil {
			return fmt.Errorf("a %v: method %s: %w", t, m.Name, err)
		}
	}
	return nil
}

// first reports whether a crossing is met for the first time.
func (c *checker) first(t reflect.Type, d direction) bool {
	seen := c.seen[crossing{t, d}]
	c.seen[crossing{t, d}] = true
	return !seen
}
