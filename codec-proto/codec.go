package protocodec

import (
	"fmt"
	"reflect"

	"google.golang.org/protobuf/proto"

	"github.com/tenon-dev/tenon/core/codec"
)

// Codec encodes messages in protobuf's binary form. Make one with [New]. All
// methods may be called concurrently; a message that is being encoded must not be
// changed meanwhile.
type Codec struct{}

var _ codec.Codec = (*Codec)(nil)

// New returns the binary codec.
func New() *Codec { return new(Codec) }

// Name returns "proto".
func (c *Codec) Name() string { return "proto" }

// Check implements [codec.Codec]. It accepts pointers to generated messages.
func (c *Codec) Check(t reflect.Type) error { return check(t) }

// Append implements [codec.Codec]. v is a message, which is a pointer, or a
// pointer to one.
func (c *Codec) Append(dst []byte, v any) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = dst, fmt.Errorf("proto: encode %T: panic: %v", v, p)
		}
	}()
	m, err := toSend(v)
	if err != nil {
		return dst, fmt.Errorf("proto: encode %T: %w", v, err)
	}
	out, err = proto.MarshalOptions{}.MarshalAppend(dst, m)
	if err != nil {
		return dst, fmt.Errorf("proto: encode %T: %w", v, err)
	}
	return out, nil
}

// Decode implements [codec.Codec]. v is a message, or a pointer to one: if that
// holds nil, a message is made.
func (c *Codec) Decode(src []byte, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("proto: decode into %T: panic: %v", v, p)
		}
	}()
	m, err := toFill(v)
	if err != nil {
		return fmt.Errorf("proto: decode into %T: %w", v, err)
	}
	if err := tooMany(src, m.ProtoReflect().Descriptor()); err != nil {
		return fmt.Errorf("proto: decode into %T: %w", v, err)
	}
	if err := (proto.UnmarshalOptions{RecursionLimit: codec.MaxDepth}).Unmarshal(src, m); err != nil {
		return fmt.Errorf("proto: decode into %T: %w", v, err)
	}
	return nil
}
