package gobcodec

import (
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/tenon-dev/tenon/core/codec"
)

// Codec encodes values with [encoding/gob]. Make one with [New] or [NewWith].
// All methods may be called concurrently.
//
// A Codec remembers decoders for a bounded number of types and definitions. A
// peer that sends ever new definitions can make it forget those of others, which
// then cost more time, but never changes what others' messages mean. Where even
// that is too much, give each plugin a Codec of its own.
type Codec struct {
	walker   codec.Walker
	encoders sync.Map // reflect.Type to *encoderKind
	decoders decoderCache
}

var _ codec.Codec = (*Codec)(nil)

// Options limit what a [Codec] decodes. The zero value is right for most.
type Options struct {
	// MaxElements is how many elements one value may have, and fields of structs, at all
	// depths together.
	// Default: [codec.MaxElements].
	MaxElements int
}

// New returns a gob codec that remembers nothing yet.
func New() *Codec { return NewWith(Options{}) }

// NewWith returns a gob codec with limits of its own.
func NewWith(opts Options) *Codec {
	return &Codec{walker: codec.Walker{Leaf: leaf}, decoders: decoderCache{maxElements: opts.MaxElements}}
}

// Name returns "gob".
func (c *Codec) Name() string { return "gob" }

// Append implements [codec.Codec]. A panic of gob, or of one of v's encoding
// methods, comes back as an error.
func (c *Codec) Append(dst []byte, v any) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = dst, fmt.Errorf("gob: encode %T: panic: %v", v, p)
		}
	}()
	value, isNil, err := target(v)
	if err != nil {
		return dst, fmt.Errorf("gob: encode %T: %w", v, err)
	}
	if isNil {
		return append(dst, nilMessage), nil
	}
	out, err = c.encoderFor(value.Type()).append(dst, value.Addr())
	if err != nil {
		return dst, fmt.Errorf("gob: encode %T: %w", v, err)
	}
	return out, nil
}

// maxPointers is how many pointers in a row are followed to a value.
const maxPointers = 16

// target follows pointers from v to the value at their end, and returns it in a
// form that has an address, since encoding methods may be the pointer's.
func target(v any) (value reflect.Value, isNil bool, err error) {
	value = reflect.ValueOf(v)
	if !value.IsValid() {
		return value, false, errors.New("nil without a type cannot be sent; send a nil pointer of the type that is expected")
	}
	for hops := 0; value.Kind() == reflect.Pointer; hops++ {
		if value.IsNil() {
			if k := value.Type().Elem().Kind(); k == reflect.Chan || k == reflect.Func {
				return value, false, fmt.Errorf("%v cannot cross a process", value.Type().Elem())
			}
			return value, true, nil
		}
		if hops == maxPointers {
			return value, false, fmt.Errorf("more than %d pointers in a row", maxPointers)
		}
		value = value.Elem()
	}
	if !value.CanAddr() {
		p := reflect.New(value.Type())
		p.Elem().Set(value)
		value = p.Elem()
	}
	return value, false, nil
}

// Decode implements [codec.Codec]. A panic of gob, or of one of v's decoding
// methods, comes back as an error.
func (c *Codec) Decode(src []byte, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("gob: decode into %T: panic: %v", v, p)
		}
	}()
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() {
		return fmt.Errorf("gob: decode into %T: want a pointer that is not nil", v)
	}
	if len(src) == 1 && src[0] == nilMessage {
		return nil
	}
	if err := c.decoders.decode(src, rv); err != nil {
		return fmt.Errorf("gob: decode into %T: %w", v, err)
	}
	return nil
}
