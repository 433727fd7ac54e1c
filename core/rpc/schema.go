package rpc

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// A Type describes what crosses, in words that are not Go's alone.
type Type struct {
	// Kind is "bool", "int", "uint", "float", "string", "bytes", "time",
	// "duration", "list", "map", "struct", "any", "text" (a type that writes itself
	// as text), or "opaque" (one that only its codec can read).
	Kind string `json:"kind"`

	Name     string  `json:"name,omitempty"`     // the type's name, where it has one
	Bits     int     `json:"bits,omitempty"`     // of a number
	Len      int     `json:"len,omitempty"`      // of an array
	Optional bool    `json:"optional,omitempty"` // may be absent: a pointer
	Again    bool    `json:"again,omitempty"`    // a type of that name that is described further out
	Key      *Type   `json:"key,omitempty"`      // of a map
	Elem     *Type   `json:"elem,omitempty"`     // of a list or a map
	Fields   []Field `json:"fields,omitempty"`   // of a struct, in order
	Message  string  `json:"message,omitempty"`  // the full name of a protobuf message, which is opaque otherwise
}

// A Field is a field of a struct, by the name that it has on the wire in codecs
// that follow json tags.
type Field struct {
	Name     string `json:"name"`
	Go       string `json:"go,omitempty"` // its name in Go where that is another, with the embedded structs on the way: "Base.ID"
	Type     *Type  `json:"type"`
	Optional bool   `json:"optional,omitempty"` // left out when zero
}

// TypeOf describes t; nil for nil and for struct{}, of which nothing crosses.
func TypeOf(t reflect.Type) *Type {
	if t == nil || t == nothing {
		return nil
	}
	return describe(t, map[reflect.Type]bool{})
}

var (
	timeType      = reflect.TypeFor[time.Time]()
	durationType  = reflect.TypeFor[time.Duration]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
)

// protoMessage is the method that all generated protobuf messages have. It must be
// a constant: looking a method up by a name that the linker cannot know keeps
// every method of the program alive.
const protoMessage = "ProtoReflect"

// describe describes t. outer are the named types that it stands in.
func describe(t reflect.Type, outer map[reflect.Type]bool) *Type {
	switch {
	case t == timeType:
		return &Type{Kind: "time"}
	case t == durationType:
		return &Type{Kind: "duration"}
	case isMessage(t):
		return &Type{Kind: "opaque", Name: t.Elem().String(), Message: messageName(t)}
	case encodesItself(t, textMarshaler):
		return &Type{Kind: "text", Name: t.String()}
	case t.Kind() != reflect.Interface && encodesItself(t, jsonMarshaler):
		return &Type{Kind: "opaque", Name: t.String()}
	}
	d := &Type{Name: t.Name()}
	if d.Name != "" { // only a named type can contain itself
		if outer[t] {
			return &Type{Kind: kindOf(t), Name: d.Name, Again: true}
		}
		outer[t] = true
		defer delete(outer, t)
	}
	switch t.Kind() {
	case reflect.Bool:
		d.Kind = "bool"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		d.Kind, d.Bits = "int", t.Bits()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		d.Kind, d.Bits = "uint", t.Bits()
	case reflect.Float32, reflect.Float64:
		d.Kind, d.Bits = "float", t.Bits()
	case reflect.String:
		d.Kind = "string"
	case reflect.Interface:
		d.Kind = "any"
	case reflect.Pointer:
		d = describe(t.Elem(), outer)
		d.Optional = true
	case reflect.Slice, reflect.Array:
		describeList(d, t, outer)
	case reflect.Map:
		d.Kind, d.Key, d.Elem = "map", describe(t.Key(), outer), describe(t.Elem(), outer)
	case reflect.Struct:
		describeStruct(d, t, outer)
	default:
		d.Kind, d.Name = "opaque", t.String()
	}
	if d.Name == d.Kind || d.Kind != "struct" && t.PkgPath() == "" && t.Kind() != reflect.Pointer {
		d.Name = ""
	}
	return d
}

// encodesItself reports whether values of t have a marshaling method, on their
// pointers too, where a codec finds it.
func encodesItself(t, marshaler reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer:
		return false
	case reflect.Interface:
		return t.Implements(marshaler)
	}
	return reflect.PointerTo(t).Implements(marshaler)
}

// kindOf is the kind of a type that contains itself.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct:
		return "struct"
	case reflect.Slice, reflect.Array:
		return "list"
	case reflect.Map:
		return "map"
	}
	return "opaque"
}

func isMessage(t reflect.Type) bool {
	if t.Kind() != reflect.Pointer {
		return false
	}
	_, ok := t.MethodByName(protoMessage)
	return ok
}

func describeList(d *Type, t reflect.Type, outer map[reflect.Type]bool) {
	if t.Elem().Kind() == reflect.Uint8 {
		d.Kind = "bytes"
	} else {
		d.Kind, d.Elem = "list", describe(t.Elem(), outer)
	}
	if t.Kind() == reflect.Array {
		d.Len = t.Len()
	}
}

func describeStruct(d *Type, t reflect.Type, outer map[reflect.Type]bool) {
	d.Kind = "struct"
	for _, f := range reflect.VisibleFields(t) {
		if !f.IsExported() || len(f.Index) > 1 && !promoted(t, f) {
			continue
		}
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || f.Anonymous && name == "" && structOf(f.Type) != nil {
			continue
		}
		if name == "" {
			name = f.Name
		}
		inGo := goPath(t, f)
		if inGo == name {
			inGo = ""
		}
		optional := strings.Contains(rest, "omitempty") || strings.Contains(rest, "omitzero")
		d.Fields = append(d.Fields, Field{Name: name, Go: inGo, Type: describe(f.Type, outer), Optional: optional})
	}
}

// goPath is how a field is reached in Go, by codecs that know no tags.
func goPath(t reflect.Type, f reflect.StructField) string {
	path := ""
	for i := 1; i < len(f.Index); i++ {
		path += t.FieldByIndex(f.Index[:i]).Name + "."
	}
	return path + f.Name
}

// promoted reports whether a field of an embedded struct stands in the outer one
// on the wire: it does unless something on the way has a name of its own.
func promoted(t reflect.Type, f reflect.StructField) bool {
	for i := 1; i < len(f.Index); i++ {
		if tag := t.FieldByIndex(f.Index[:i]).Tag.Get("json"); tag != "" && tag[0] != ',' {
			return false
		}
	}
	return true
}

func structOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct && t != timeType {
		return t
	}
	return nil
}

// String returns the type as a person would write it in Go.
func (t *Type) String() string {
	if t == nil {
		return "nothing"
	}
	s := t.plain()
	if t.Optional {
		return "*" + s
	}
	return s
}

func (t *Type) plain() string {
	switch {
	case t.Name != "":
		return t.Name
	case t.Kind == "bytes" && t.Len == 0:
		return "[]byte"
	case t.Kind == "int" && t.Bits != 0, t.Kind == "uint" && t.Bits != 0, t.Kind == "float":
		return numberName(t.Kind, t.Bits)
	case t.Kind == "list" && t.Elem != nil:
		return "[]" + t.Elem.String()
	case t.Kind == "map" && t.Key != nil && t.Elem != nil:
		return "map[" + t.Key.String() + "]" + t.Elem.String()
	case t.Kind == "time":
		return "time.Time"
	case t.Kind == "duration":
		return "time.Duration"
	}
	return t.Kind
}

func numberName(kind string, bits int) string {
	switch bits {
	case 8:
		return kind + "8"
	case 16:
		return kind + "16"
	case 32:
		return kind + "32"
	}
	if kind == "float" {
		return "float64"
	}
	return kind // as wide as most machines have it
}
