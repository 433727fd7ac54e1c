package protocodec

import (
	"fmt"
	"reflect"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/tenon-dev/tenon/core/codec"
)

// JSONCodec encodes messages in protobuf's JSON mapping, which people can read
// and write. Make one with [NewJSON]. All methods may be called concurrently; a
// message that is being encoded must not be changed meanwhile.
//
// The content of an Any is found by its type's name among the messages that are
// linked into the program.
type JSONCodec struct{}

var _ codec.Codec = (*JSONCodec)(nil)

// NewJSON returns the JSON codec.
func NewJSON() *JSONCodec { return new(JSONCodec) }

// Name returns "protojson".
func (c *JSONCodec) Name() string { return "protojson" }

// Check implements [codec.Codec]. It accepts pointers to generated messages.
func (c *JSONCodec) Check(t reflect.Type) error { return check(t) }

// Append implements [codec.Codec]. v is a message, which is a pointer, or a
// pointer to one.
func (c *JSONCodec) Append(dst []byte, v any) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = dst, fmt.Errorf("protojson: encode %T: panic: %v", v, p)
		}
	}()
	m, err := toSend(v)
	if err != nil {
		return dst, fmt.Errorf("protojson: encode %T: %w", v, err)
	}
	out, err = protojson.MarshalOptions{}.MarshalAppend(dst, m)
	if err != nil {
		return dst, fmt.Errorf("protojson: encode %T: %w", v, err)
	}
	return out, nil
}

// Decode implements [codec.Codec]. v is a message, or a pointer to one: if that
// holds nil, a message is made. Names that the message does not have are ignored.
func (c *JSONCodec) Decode(src []byte, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("protojson: decode into %T: panic: %v", v, p)
		}
	}()
	m, err := toFill(v)
	if err != nil {
		return fmt.Errorf("protojson: decode into %T: %w", v, err)
	}
	if err := codec.ScanJSON(src, codec.MaxDepth, codec.MaxElements); err != nil {
		return fmt.Errorf("protojson: decode into %T: %w", v, err)
	}
	opts := protojson.UnmarshalOptions{DiscardUnknown: true, RecursionLimit: codec.MaxDepth}
	if err := opts.Unmarshal(src, m); err != nil {
		return fmt.Errorf("protojson: decode into %T: %w", v, err)
	}
	return nil
}
