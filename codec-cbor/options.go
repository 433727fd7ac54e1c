package cborcodec

import (
	"fmt"
	"reflect"

	"github.com/fxamacker/cbor/v2"

	"github.com/tenon-dev/tenon/core/codec"
)

// DefaultMaxElements is the default limit on the elements of one array and on the
// pairs of one map. It is so high that the limit on a message's size, which is 16
// MiB unless it was raised, is always met first: an element takes a byte or more.
const DefaultMaxElements = 16 << 20

// Options limit what a [Codec] decodes. The zero value is right for most; they
// are for those who raised the limit on the size of messages, or who want less.
type Options struct {
	// MaxDepth is how deeply arrays and maps may be nested, from 4 to 65535.
	// Default: codec.MaxDepth.
	MaxDepth int
	// MaxArrayElements is how many elements one array may have, from 16 to
	// 2147483647.
	// Default: DefaultMaxElements.
	MaxArrayElements int
	// MaxMapPairs is how many pairs one map may have, from 16 to 2147483647.
	// Default: DefaultMaxElements.
	MaxMapPairs int
}

func (o Options) withDefaults() Options {
	if o.MaxDepth == 0 {
		o.MaxDepth = codec.MaxDepth
	}
	if o.MaxArrayElements == 0 {
		o.MaxArrayElements = DefaultMaxElements
	}
	if o.MaxMapPairs == 0 {
		o.MaxMapPairs = DefaultMaxElements
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
		MaxArrayElements:  opts.MaxArrayElements,
		MaxMapPairs:       opts.MaxMapPairs,
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
	return &Codec{enc: enc, dec: dec, walker: codec.Walker{Leaf: leaf, Limit: opts.MaxDepth}}, nil
}
