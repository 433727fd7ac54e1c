package protocodec

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/tenon-dev/tenon/core/codec"
)

// countElements takes the elements in an encoded message of that type from left, and
// returns what is left: below zero where there are more. It need not know whether src is a
// message: of anything else, the parser complains later.
func countElements(src []byte, m protoreflect.MessageDescriptor, left, depth int) int {
	if depth > codec.MaxDepth {
		return left // the parser refuses it
	}
	for len(src) > 0 && left >= 0 {
		num, typ, n := protowire.ConsumeTag(src)
		if n < 0 {
			return left
		}
		src = src[n:]
		field := m.Fields().ByNumber(num)
		if left--; typ != protowire.BytesType || field == nil {
			if n = protowire.ConsumeFieldValue(num, typ, src); n < 0 {
				return left
			}
			src = src[n:]
			continue
		}
		value, n := protowire.ConsumeBytes(src)
		if n < 0 {
			return left
		}
		src = src[n:]
		switch {
		case field.Message() != nil:
			left = countElements(value, field.Message(), left, depth+1)
		case field.IsList():
			left -= packed(value, field.Kind())
		}
	}
	return left
}

// packed returns how many numbers a packed list has.
func packed(value []byte, kind protoreflect.Kind) int {
	switch kind {
	case protoreflect.StringKind, protoreflect.BytesKind:
		return 0
	case protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind, protoreflect.FloatKind:
		return len(value) / 4
	case protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind, protoreflect.DoubleKind:
		return len(value) / 8
	}
	n := 0
	for _, b := range value {
		if b < 0x80 {
			n++
		}
	}
	return n
}

// tooMany reports a message of more elements than there may be. Each takes a byte or more,
// so that shorter ones need not be looked at.
func tooMany(src []byte, m protoreflect.MessageDescriptor) error {
	if len(src) > codec.MaxElements && countElements(src, m, codec.MaxElements, 0) < 0 {
		return &codec.LimitError{Limit: "MaxElements", Max: codec.MaxElements}
	}
	return nil
}
