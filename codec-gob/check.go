package gobcodec

import (
	"encoding"
	"encoding/gob"
	"reflect"

	"github.com/tenon-dev/tenon/core/codec"
)

// Check implements [codec.Codec]. Types that have both an encoding and a decoding
// method pass whatever they are made of; the methods may be gob's, or those of
// package encoding for binary. Those for text are not looked at. Interfaces pass inside other types:
// whether the types of the values in them are registered shows only when such a
// value is sent. Fields that gob would leave out silently, such as channels, are
// refused.
func (c *Codec) Check(t reflect.Type) error {
	var lost *reflect.StructField
	rules := codec.Rules{Leaf: leaf, Refuse: refuse, Skip: func(f reflect.StructField) bool {
		if !f.IsExported() && lost == nil {
			lost = &f
		}
		return false
	}}
	if err := rules.Check(t); err != nil {
		return err
	}
	for hops := 0; t.Kind() == reflect.Pointer && hops < maxPointers; hops++ {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Interface:
		return &codec.Unsupported{Type: t,
			Reason: "is an interface, and gob sends these only inside other values; put it into a struct"}
	case t.Kind() == reflect.Pointer:
		return &codec.Unsupported{Type: t, Reason: "is behind too many pointers"}
	case lost != nil:
		return &codec.Unsupported{Path: "embedded field " + lost.Name, Type: lost.Type,
			Reason: "is not exported, so gob would leave out its fields; export it"}
	}
	return nil
}

var (
	gobEncoder        = reflect.TypeFor[gob.GobEncoder]()
	gobDecoder        = reflect.TypeFor[gob.GobDecoder]()
	binaryMarshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
	binaryUnmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
)

// leaf reports whether values of t bring both methods of one kind.
func leaf(t reflect.Type) bool {
	if t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer {
		return false
	}
	p := reflect.PointerTo(t)
	return p.Implements(gobEncoder) && p.Implements(gobDecoder) ||
		p.Implements(binaryMarshaler) && p.Implements(binaryUnmarshaler)
}

func refuse(t reflect.Type, role codec.Role) string {
	if role != codec.MapKey && role != codec.MapValue {
		return ""
	}
	if role == codec.MapKey && t.Kind() == reflect.Pointer {
		return "as a key would arrive as another pointer, and equal none"
	}
	// Values in a map have no address, and gob wants one to call the method.
	if leaf(t) && !t.Implements(gobEncoder) && !t.Implements(binaryMarshaler) {
		return "has encoding methods only on its pointer, which a map's values have none of; make them *" + t.String()
	}
	return ""
}
