package codec

import (
	"reflect"
	"strings"
)

// A Role says what the values of a type are to the value around them.
type Role int

// The roles in which [Rules.Check] meets a type.
const (
	Root     Role = iota // the type that was asked about
	Field                // the type of a struct's field
	Element              // the type of an array's or slice's elements
	MapKey               // the type of a map's keys
	MapValue             // the type of a map's values
	Pointee              // what a pointer points to
)

// Rules are what a driver adds to the refusals that hold for every encoding.
// [Codec.Check] of most drivers is one call of [Rules.Check]. The zero value
// holds the common refusals only. Rules keep no state: one value may be used
// concurrently if its functions may.
type Rules struct {
	// Leaf reports whether values of t encode themselves, as those with
	// marshaling methods do, so that what t is made of does not matter.
	// Default: no type does.
	Leaf func(t reflect.Type) bool
	// Refuse returns why t cannot stand in role, as in [Unsupported.Reason], or
	// "". It is asked after the common refusals, and not about leaves in any role
	// but MapKey and MapValue.
	// Default: nothing more is refused.
	Refuse func(t reflect.Type, role Role) string
	// Skip reports whether the encoding leaves the exported field f out.
	// Default: no field is left out.
	Skip func(f reflect.StructField) bool
}

// Check walks t and every type that its values are made of, and returns an
// [*Unsupported] for the first that cannot cross, or nil. Whatever the rules, it
// refuses channels, functions, unsafe.Pointer and uintptr, the types of package
// sync and sync/atomic, structs of which no field is exported, unexported structs that
// are embedded by pointer, and pointers that lead to nothing but themselves. Recursive types are walked once.
func (r Rules) Check(t reflect.Type) error {
	if t == nil {
		return &Unsupported{Reason: "no type was given"}
	}
	w := &typeWalk{rules: r, seen: make(map[visit]bool)}
	if u := w.walk(t, Root, trail{expr: typeName(t)}); u != nil {
		return u
	}
	return nil
}

type visit struct {
	t    reflect.Type
	role Role
}

type typeWalk struct {
	rules Rules
	seen  map[visit]bool
}

func (w *typeWalk) walk(t reflect.Type, role Role, at trail) *Unsupported {
	if w.seen[visit{t, role}] {
		return nil
	}
	w.seen[visit{t, role}] = true

	refuse := func(reason string) *Unsupported {
		return &Unsupported{Path: at.words, Type: t, Reason: reason}
	}
	leaf := w.rules.Leaf != nil && w.rules.Leaf(t)
	if !leaf {
		if reason := commonRefusal(t); reason != "" {
			return refuse(reason)
		}
	}
	if w.rules.Refuse != nil && (!leaf || role == MapKey || role == MapValue) {
		if reason := w.rules.Refuse(t, role); reason != "" {
			return refuse(reason)
		}
	}
	if leaf {
		return nil
	}

	switch t.Kind() {
	case reflect.Pointer:
		return w.walk(t.Elem(), Pointee, at)
	case reflect.Array, reflect.Slice:
		return w.walk(t.Elem(), Element, at.element())
	case reflect.Map:
		if u := w.walk(t.Key(), MapKey, at.key()); u != nil {
			return u
		}
		return w.walk(t.Elem(), MapValue, at.element())
	case reflect.Struct:
		return w.fields(t, at)
	}
	return nil
}

func (w *typeWalk) fields(t reflect.Type, at trail) *Unsupported {
	crossing := 0
	for i := range t.NumField() {
		f := t.Field(i)
		if embeddedUnset(f) {
			at := at.field(f.Name)
			return &Unsupported{Path: at.words, Type: f.Type,
				Reason: "is embedded by a pointer and not exported, so nobody else can set it; embed the struct itself, or export its type"}
		}
		if !crosses(f) {
			continue
		}
		crossing++
		if w.rules.Skip != nil && w.rules.Skip(f) {
			continue
		}
		if u := w.walk(f.Type, Field, at.field(f.Name)); u != nil {
			return u
		}
	}
	if crossing == 0 && t.NumField() > 0 {
		return &Unsupported{Path: at.words, Type: t,
			Reason: "has no exported fields, so nothing of it would cross; export some, or give it marshaling methods"}
	}
	return nil
}

// crosses reports whether encodings look at f. The exported fields of an
// embedded struct are promoted even where the struct's own name is not exported.
func crosses(f reflect.StructField) bool {
	if f.IsExported() {
		return true
	}
	return f.Anonymous && f.Type.Kind() == reflect.Struct
}

// embeddedUnset reports whether f promotes fields that an encoder sees, and that
// a decoder cannot set, since it would have to set f itself first.
func embeddedUnset(f reflect.StructField) bool {
	return f.Anonymous && !f.IsExported() &&
		f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.Struct
}

func commonRefusal(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return "cannot cross a process"
	case reflect.Uintptr:
		return "is an address, and cannot cross a process"
	case reflect.Pointer:
		if circular(t) {
			return "points to nothing but itself"
		}
	}
	if path := t.PkgPath(); path == "sync" || path == "sync/atomic" {
		return "guards the memory of one process, and cannot cross"
	}
	return ""
}

// circular reports whether following pointers from t never ends, as with
// type P *P.
func circular(t reflect.Type) bool {
	slow := t
	for step := 0; t.Kind() == reflect.Pointer; step++ {
		t = t.Elem()
		if step%2 == 1 {
			slow = slow.Elem()
		}
		if t == slow {
			return true
		}
	}
	return false
}

// A trail is the way from the root of a walk to where it stands.
type trail struct {
	words string // as in Unsupported.Path
	expr  string // the same as a Go-like expression, to build longer trails from
}

func (a trail) field(name string) trail {
	expr := a.expr + "." + name
	return trail{words: "field " + expr, expr: expr}
}

func (a trail) element() trail {
	return trail{words: "element of " + a.holder(), expr: a.expr + "[]"}
}

func (a trail) key() trail {
	return trail{words: "key of " + a.holder(), expr: a.expr + "[key]"}
}

func (a trail) holder() string {
	if a.words == "" {
		return a.expr
	}
	return a.words
}

// typeName names the root of a trail without its package: the reader knows which
// type was registered, and looks for the field.
func typeName(t reflect.Type) string {
	for t.Kind() == reflect.Pointer && !circular(t) {
		t = t.Elem()
	}
	if t.Name() == "" {
		if t.Kind() == reflect.Struct {
			return "struct"
		}
		return t.String()
	}
	name, _, _ := strings.Cut(t.Name(), "[")
	return name
}
