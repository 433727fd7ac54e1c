package jsoncodec

import (
	"encoding"
	"encoding/json"
	"reflect"

	"github.com/tenon-dev/tenon/core/codec"
)

// Check implements [codec.Codec]. Types that have both a marshaling and an
// unmarshaling method, of JSON or of text, pass whatever they are made of.
func (c *Codec) Check(t reflect.Type) error {
	return codec.Rules{Leaf: leaf, Refuse: refuse, Skip: skip}.Check(t)
}

var (
	jsonMarshaler   = reflect.TypeFor[json.Marshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// leaf reports whether values of t bring both methods of one kind. An interface
// that demands them does not help: a nil interface has no methods to call when
// something arrives for it.
func leaf(t reflect.Type) bool {
	if t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer {
		return false
	}
	p := reflect.PointerTo(t)
	return p.Implements(jsonMarshaler) && p.Implements(jsonUnmarshaler) ||
		p.Implements(textMarshaler) && p.Implements(textUnmarshaler)
}

func refuse(t reflect.Type, role codec.Role) string {
	switch role {
	case codec.MapKey:
		return refuseKey(t)
	case codec.MapValue:
		// Values in a map have no address, so encoding/json does not find the
		// method and encodes what the type is made of instead.
		if leaf(t) && !t.Implements(jsonMarshaler) && !t.Implements(textMarshaler) {
			return "has marshaling methods only on its pointer; make the map's values *" + t.String()
		}
	}
	switch t.Kind() {
	case reflect.Complex64, reflect.Complex128:
		return "has no JSON; send its parts"
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return "is an interface with methods: the receiver cannot know which type to make; name a concrete type, or any"
		}
	}
	return ""
}

func refuseKey(t reflect.Type) string {
	p := reflect.PointerTo(t)
	if t.Implements(textMarshaler) && p.Implements(textUnmarshaler) {
		return ""
	}
	switch t.Kind() {
	case reflect.String,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return ""
	}
	return "cannot be the key of a JSON object; use a string, an integer, or a type with text marshaling methods"
}

func skip(f reflect.StructField) bool { return f.Tag.Get("json") == "-" }
