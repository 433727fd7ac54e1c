package jsoncodec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync"
	"unicode/utf8"

	"github.com/tenon-dev/tenon/core/codec"
)

// Codec encodes values as JSON. Make one with [New] or [NewWith]. All methods may be
// called concurrently.
type Codec struct {
	opts     Options
	encoders sync.Pool // of *encoder
	shapes   sync.Map  // reflect.Type to codec.Shape
}

// Options limit what a [Codec] decodes. The zero value is right for most.
type Options struct {
	// MaxElements is how many elements one value may have, at all depths together.
	// Default: [codec.MaxElements].
	MaxElements int
}

var _ codec.Codec = (*Codec)(nil)

// New returns a JSON codec.
func New() *Codec { return NewWith(Options{}) }

// NewWith returns a JSON codec with limits of its own.
func NewWith(opts Options) *Codec {
	if opts.MaxElements <= 0 {
		opts.MaxElements = codec.MaxElements
	}
	return &Codec{opts: opts}
}

// Name returns "json".
func (c *Codec) Name() string { return "json" }

// An encoder is an encoding/json encoder over the slice that it appends to.
type encoder struct {
	dst  []byte
	json *json.Encoder
}

func (e *encoder) Write(p []byte) (int, error) {
	e.dst = append(e.dst, p...)
	return len(p), nil
}

// Append implements [codec.Codec]. A panic of one of v's marshaling methods comes
// back as an error.
func (c *Codec) Append(dst []byte, v any) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = dst, fmt.Errorf("json: encode %s: panic: %v", typeName(v), p)
		}
	}()
	e, _ := c.encoders.Get().(*encoder)
	if e == nil {
		e = new(encoder)
		e.json = json.NewEncoder(e)
		e.json.SetEscapeHTML(false)
	}
	e.dst = dst
	err = e.json.Encode(addressable(v))
	out, e.dst = e.dst, nil
	// An encoder that a panic or an error went through is left to the collector.
	if err != nil {
		return dst, fmt.Errorf("json: encode %s: %w", typeName(v), err)
	}
	c.encoders.Put(e)
	out = out[:len(out)-1] // the encoder ends each value with a line feed
	if hasReplacement(out[len(dst):]) {
		return dst, fmt.Errorf("json: encode %s: a string in it is not valid UTF-8; use []byte for arbitrary bytes", typeName(v))
	}
	return out, nil
}

// addressable returns a pointer to a copy of v, where v is a value whose
// marshaling methods may have pointer receivers: encoding/json finds these only
// on values it can take the address of, and a value and a pointer to it have to
// encode alike.
func addressable(v any) any {
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Invalid, reflect.Pointer:
		return v
	}
	if t := rv.Type(); t.PkgPath() == "" && t.Kind() != reflect.Struct && t.Kind() != reflect.Array {
		return v
	}
	p := reflect.New(rv.Type())
	p.Elem().Set(rv)
	return p.Interface()
}

// hasReplacement reports whether encoding/json put U+FFFD in place of invalid
// bytes. It writes an escape for these, while it writes a U+FFFD that was in the
// string as it is.
func hasReplacement(b []byte) bool {
	const escape = `\ufffd`
	for i := 0; ; i += len(escape) {
		j := bytes.Index(b[i:], []byte(escape))
		if j < 0 {
			return false
		}
		i += j
		// An escape begins after an even number of backslashes.
		n := i
		for n > 0 && b[n-1] == '\\' {
			n--
		}
		if (i-n)%2 == 0 {
			return true
		}
	}
}

// Decode implements [codec.Codec]. A panic of one of v's unmarshaling methods
// comes back as an error.
func (c *Codec) Decode(src []byte, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("json: decode into %s: panic: %v", typeName(v), p)
		}
	}()
	if !utf8.Valid(src) {
		return fmt.Errorf("json: decode into %s: the message is not valid UTF-8", typeName(v))
	}
	if err := codec.ScanJSON(src, codec.MaxDepth, c.opts.MaxElements); err != nil {
		return fmt.Errorf("json: decode into %s: %w", typeName(v), err)
	}
	if c.shape(reflect.TypeOf(v)).Interface {
		err = decodeKeepingDigits(src, v)
	} else {
		err = json.Unmarshal(src, v)
	}
	if err != nil {
		return fmt.Errorf("json: decode into %s: %w", typeName(v), err)
	}
	return nil
}

func (c *Codec) shape(t reflect.Type) codec.Shape {
	if t == nil {
		return codec.Shape{}
	}
	if s, ok := c.shapes.Load(t); ok {
		return s.(codec.Shape)
	}
	s := codec.ShapeOf(t)
	c.shapes.Store(t, s)
	return s
}

// decodeKeepingDigits decodes as json.Unmarshal does, except that numbers without
// a type of their own become a json.Number.
func decodeKeepingDigits(src []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(src))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		return err
	}
	if len(bytes.Trim(src[d.InputOffset():], " \t\r\n")) != 0 {
		return errors.New("bytes are left over after the value")
	}
	return nil
}
