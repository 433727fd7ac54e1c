package cborcodec

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"sync"

	"github.com/fxamacker/cbor/v2"

	"github.com/tenon-dev/tenon/core/codec"
)

// Codec encodes values as CBOR. Make one with [New] or [NewWith]. All methods may
// be called concurrently.
type Codec struct {
	enc     cbor.UserBufferEncMode
	dec     cbor.DecMode
	walker  codec.Walker
	opts    Options
	buffers sync.Pool // of *bytes.Buffer, without bytes of their own
}

var _ codec.ByteFramer = (*Codec)(nil)

// New returns a CBOR codec with the default limits.
func New() *Codec {
	c, err := NewWith(Options{})
	if err != nil {
		panic("cborcodec: the default options are out of range: " + err.Error())
	}
	return c
}

// Name returns "cbor".
func (c *Codec) Name() string { return "cbor" }

// Append implements [codec.Codec]. With room in dst and a pointer as v it does not
// allocate, as long as v holds no interface, marshaling method or recursive type.
// A panic of one of v's methods comes back as an error.
func (c *Codec) Append(dst []byte, v any) (out []byte, err error) {
	switch b := v.(type) {
	case []byte:
		return appendBytes(dst, b), nil
	case *[]byte:
		if b != nil {
			return appendBytes(dst, *b), nil
		}
	}
	defer func() {
		if p := recover(); p != nil {
			out, err = dst, fmt.Errorf("cbor: encode %T: panic: %v", v, p)
		}
	}()
	if t := reflect.TypeOf(v); t != nil && !c.walker.Flat(t) {
		if err := c.walker.Walk(reflect.ValueOf(v), nil); err != nil {
			return dst, fmt.Errorf("cbor: encode %T: %w", v, err)
		}
	}
	buf, _ := c.buffers.Get().(*bytes.Buffer)
	if buf == nil {
		buf = new(bytes.Buffer)
	}
	*buf = *bytes.NewBuffer(dst)
	err = c.enc.MarshalToBuffer(v, buf)
	out = buf.Bytes()
	*buf = bytes.Buffer{}
	c.buffers.Put(buf)
	if err != nil {
		return dst, fmt.Errorf("cbor: encode %T: %w", v, err)
	}
	return out, nil
}

// Decode implements [codec.Codec]. The input is read to its end before anything
// is stored, so that no announced length allocates what is not there. A panic of
// one of v's methods comes back as an error.
func (c *Codec) Decode(src []byte, v any) (err error) {
	if to, ok := v.(*[]byte); ok && to != nil {
		if b, ok := parseBytes(src); ok {
			if *to = append((*to)[:0], b...); *to == nil {
				*to = []byte{}
			}
			return nil
		}
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("cbor: decode into %T: panic: %v", v, p)
		}
	}()
	if len(src) > c.opts.MaxElements && hasMore(src, c.opts.MaxElements) { // each element takes a byte or more
		return fmt.Errorf("cbor: decode into %T: %w", v, &codec.LimitError{Limit: "MaxElements", Max: c.opts.MaxElements})
	}
	if err := c.dec.Unmarshal(src, v); err != nil {
		return fmt.Errorf("cbor: decode into %T: %w", v, c.limitError(err))
	}
	return nil
}

// AppendBytesHead implements [codec.ByteFramer].
func (c *Codec) AppendBytesHead(dst []byte, n int) []byte { return appendBytesHead(dst, n) }

// BytesHead implements [codec.ByteFramer].
func (c *Codec) BytesHead(src []byte) (head, n int, ok bool) {
	head, size, ok := parseBytesHead(src)
	return head, int(size), ok && size <= math.MaxInt
}
