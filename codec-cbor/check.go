package cborcodec

import (
	"encoding"
	"math/big"
	"reflect"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/tenon-dev/tenon/core/codec"
)

// Check implements [codec.Codec]. Types that have both a marshaling and an
// unmarshaling method, of CBOR or of package encoding, pass whatever they are
// made of, and so do those that the CBOR library knows: times, big integers, tags
// and raw messages.
func (c *Codec) Check(t reflect.Type) error {
	return codec.Rules{Leaf: leaf, Refuse: refuse, Skip: skip}.Check(t)
}

var (
	cborMarshaler     = reflect.TypeFor[cbor.Marshaler]()
	cborUnmarshaler   = reflect.TypeFor[cbor.Unmarshaler]()
	binaryMarshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
	binaryUnmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
	textMarshaler     = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler   = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// leaf reports whether values of t bring both methods of one kind, or are known
// to the library.
func leaf(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[time.Time](), reflect.TypeFor[big.Int](), reflect.TypeFor[cbor.ByteString](), reflect.TypeFor[cbor.SimpleValue]():
		return true
	}
	if t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer {
		return false
	}
	p := reflect.PointerTo(t)
	return p.Implements(cborMarshaler) && p.Implements(cborUnmarshaler) ||
		p.Implements(binaryMarshaler) && p.Implements(binaryUnmarshaler) ||
		p.Implements(textMarshaler) && p.Implements(textUnmarshaler)
}

func refuse(t reflect.Type, role codec.Role) string {
	switch t.Kind() {
	case reflect.Complex64, reflect.Complex128:
		return "has no CBOR; send its parts"
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return "is an interface with methods: the receiver cannot know which type to make; name a concrete type, or any"
		}
	case reflect.Pointer:
		if role == codec.MapKey {
			return "as a key would arrive as another pointer, and equal none"
		}
	}
	return ""
}

// skip goes by the json tag only where there is no cbor tag, as the library does.
func skip(f reflect.StructField) bool {
	tag, ok := f.Tag.Lookup("cbor")
	if !ok {
		tag = f.Tag.Get("json")
	}
	return tag == "-"
}
