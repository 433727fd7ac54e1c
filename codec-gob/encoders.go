package gobcodec

import (
	"cmp"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/tenon-dev/tenon/core/codec"
)

// maxKept is the size of a message beyond which the encoder or decoder that it
// went through is left to the garbage collector, since it holds a buffer of that
// size.
const maxKept = 256 << 10

// An encoderKind makes the messages of one type.
type encoderKind struct {
	walker *codec.Walker
	flat   bool
	primed sync.Pool // of *encoder that have sent the definitions

	mu          sync.RWMutex
	definitions []byte // of the type; nil until a first message was made
}

// An encoder is a gob encoder over the slice that it appends to.
type encoder struct {
	out []byte
	gob *gob.Encoder
}

func newEncoder() *encoder {
	e := new(encoder)
	e.gob = gob.NewEncoder(e)
	return e
}

func (e *encoder) Write(p []byte) (int, error) {
	e.out = append(e.out, p...)
	return len(p), nil
}

func (c *Codec) encoderFor(t reflect.Type) *encoderKind {
	if k, ok := c.encoders.Load(t); ok {
		return k.(*encoderKind)
	}
	k, _ := c.encoders.LoadOrStore(t, &encoderKind{walker: &c.walker, flat: c.walker.Flat(t)})
	return k.(*encoderKind)
}

// append appends the message of what p points to.
func (k *encoderKind) append(dst []byte, p reflect.Value) ([]byte, error) {
	if !k.flat {
		concrete := make(map[reflect.Type]bool)
		if err := k.walker.Walk(p, func(v reflect.Value) { concrete[v.Type()] = true }); err != nil {
			return dst, err
		}
		if len(concrete) > 0 {
			return appendDynamic(dst, p, concrete)
		}
	}
	if e, _ := k.primed.Get().(*encoder); e != nil {
		k.mu.RLock()
		e.out = append(dst, k.definitions...)
		k.mu.RUnlock()
		return k.finish(e, dst, p)
	}
	e := newEncoder()
	e.out = dst
	return k.finish(e, dst, p)
}

// finish appends p's value, and its definitions if the encoder is new, and keeps
// the encoder for the next message unless something went wrong with it.
func (k *encoderKind) finish(e *encoder, dst []byte, p reflect.Value) ([]byte, error) {
	err := e.gob.EncodeValue(p)
	out := e.out
	e.out = nil
	if err != nil {
		return dst, explain(err)
	}
	if len(out)-len(dst) > maxKept {
		return out, nil
	}
	k.mu.RLock()
	known := k.definitions != nil
	k.mu.RUnlock()
	if !known {
		definitions, _, err := split(out[len(dst):])
		if err != nil {
			return dst, err
		}
		k.mu.Lock()
		k.definitions = slices.Clone(definitions)
		if k.definitions == nil {
			k.definitions = []byte{}
		}
		k.mu.Unlock()
	}
	k.primed.Put(e)
	return out, nil
}

// appendDynamic appends the message of a value that holds values of the concrete
// types in interfaces. A new encoder is made to define these types first, by
// having it send a zero value of each: once it has sent a type, it does not
// define it again in the middle of the value.
func appendDynamic(dst []byte, p reflect.Value, concrete map[reflect.Type]bool) ([]byte, error) {
	e := newEncoder()
	e.out = dst
	types := make([]reflect.Type, 0, len(concrete))
	for t := range concrete {
		types = append(types, t)
	}
	slices.SortFunc(types, func(a, b reflect.Type) int {
		return cmp.Or(strings.Compare(a.String(), b.String()), strings.Compare(a.PkgPath(), b.PkgPath()))
	})
	for _, t := range types {
		n := len(e.out)
		e.define(t)
		e.out = withoutValue(e.out, n)
	}
	if err := e.gob.EncodeValue(p); err != nil {
		return dst, explain(err)
	}
	if _, _, err := split(e.out[len(dst):]); err != nil {
		return dst, err
	}
	return e.out, nil
}

// define makes the encoder send t. Whether the zero value can be encoded does not
// matter: by then its definitions are sent.
func (e *encoder) define(t reflect.Type) {
	defer func() { _ = recover() }() // of an encoding method that dislikes zero
	base, pointers := t, 0
	for ; base.Kind() == reflect.Pointer && pointers < maxPointers; pointers++ {
		base = base.Elem()
	}
	v := reflect.New(base).Elem()
	for range pointers {
		p := reflect.New(v.Type())
		p.Elem().Set(v)
		v = p
	}
	_ = e.gob.EncodeValue(v)
}

// withoutValue drops the value from the segments that begin at n, and keeps the
// definitions before it.
func withoutValue(out []byte, n int) []byte {
	c := cursor{rest: out[n:]}
	for len(c.rest) > 0 {
		start := len(out) - len(c.rest)
		body := cursor{rest: c.bytes()}
		if body.int() >= 0 {
			return out[:start]
		}
	}
	return out
}

// explain adds what to do to errors that only an application can mend. gob has no
// types for its errors, so it goes by their text, and a changed text costs the
// advice only.
func explain(err error) error {
	if strings.Contains(err.Error(), "type not registered for interface") {
		return fmt.Errorf("%w: call gob.Register with a value of that type in both programs", err)
	}
	if strings.Contains(err.Error(), "name not registered for interface") {
		return fmt.Errorf("%w: call gob.Register with a value of that type in this program too, or gob.RegisterName in both", err)
	}
	if errors.Is(err, io.EOF) {
		return errShort
	}
	return err
}
