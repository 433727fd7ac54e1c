package cborcodec

import (
	"fmt"
	"reflect"

	"github.com/fxamacker/cbor/v2"

	"github.com/tenon-dev/tenon/core/codec"
)

// Options limit what a [Codec] decodes. The zero value is right for most; they
// are for those who raised the limit on the size of messages, or who want less.
type Options struct {
	// MaxDepth is how deeply arrays and maps may be nested, from 4 to 65535.
	// Default: codec.MaxDepth.
	MaxDepth int
	// MaxElements is how many elements one value may have, from 16 to 2147483647: those of
	// arrays and the keys and values of maps, at all depths together.
	// Default: codec.MaxElements.
	MaxElements int
}

func (o Options) withDefaults() Options {
	if o.MaxDepth == 0 {
		o.MaxDepth = codec.MaxDepth
	}
	if o.MaxElements == 0 {
		o.MaxElements = codec.MaxElements
	}
	return o
}

// NewWith returns a CBOR codec with limits of its own. The error says which limit
// is out of range.
func NewWith(opts Options) (*Codec, error) {
	opts = opts.withDefaults()
	dec, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		TimeTag:           cbor.DecTagOptional,
		MaxNestedLevels:   opts.MaxDepth,
		MaxArrayElements:  opts.MaxElements,
		MaxMapPairs:       opts.MaxElements,
		IndefLength:       cbor.IndefLengthAllowed,
		IntDec:            cbor.IntDecConvertSignedOrBigInt,
		BigIntDec:         cbor.BigIntDecodePointer,
		DefaultMapType:    reflect.TypeFor[map[string]any](),
		UTF8:              cbor.UTF8RejectInvalid,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		TextUnmarshaler:   cbor.TextUnmarshalerTextString,
	}.DecMode()
	if err != nil {
		return nil, fmt.Errorf("cbor: options: %w", err)
	}
	enc, err := cbor.EncOptions{
		ShortestFloat: cbor.ShortestFloatNone,
		Time:          cbor.TimeRFC3339Nano,
		TimeTag:       cbor.EncTagRequired,
		TextMarshaler: cbor.TextMarshalerTextString,
	}.UserBufferEncMode()
	if err != nil {
		return nil, fmt.Errorf("cbor: options: %w", err)
	}
	return &Codec{enc: enc, dec: dec, opts: opts, walker: codec.Walker{Leaf: leaf, Limit: opts.MaxDepth}}, nil
}
