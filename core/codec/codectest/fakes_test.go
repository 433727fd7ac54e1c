package codectest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
)

// A fake is a good codec of which one method does something wrong. The method is
// given the good codec's.
type fake struct {
	good       *jsoncodec.Codec
	nameFunc   func() string
	checkFunc  func(reflect.Type) error
	appendFunc func(dst []byte, v any) ([]byte, error)
	decodeFunc func(src []byte, v any) error
}

func (f *fake) Name() string {
	if f.nameFunc != nil {
		return f.nameFunc()
	}
	return f.good.Name()
}

func (f *fake) Check(t reflect.Type) error {
	if f.checkFunc != nil {
		return f.checkFunc(t)
	}
	return f.good.Check(t)
}

func (f *fake) Append(dst []byte, v any) ([]byte, error) {
	if f.appendFunc != nil {
		return f.appendFunc(dst, v)
	}
	return f.good.Append(dst, v)
}

func (f *fake) Decode(src []byte, v any) error {
	if f.decodeFunc != nil {
		return f.decodeFunc(src, v)
	}
	return f.good.Decode(src, v)
}

func fakeCodec(spoil func(f *fake)) func() codec.Codec {
	return func() codec.Codec {
		f := &fake{good: jsoncodec.New()}
		spoil(f)
		return f
	}
}

func fakeAppend(wrong func(good *jsoncodec.Codec, dst []byte, v any) ([]byte, error)) func() codec.Codec {
	return fakeCodec(func(f *fake) {
		f.appendFunc = func(dst []byte, v any) ([]byte, error) { return wrong(f.good, dst, v) }
	})
}

func fakeDecode(wrong func(good *jsoncodec.Codec, src []byte, v any) error) func() codec.Codec {
	return fakeCodec(func(f *fake) {
		f.decodeFunc = func(src []byte, v any) error { return wrong(f.good, src, v) }
	})
}

// fakeFramer is a codec that frames bytes as head and find say.
type fakeFramer struct {
	fake
	head func(dst []byte, n int) []byte
	find func(src []byte) (int, int, bool)
}

func (f *fakeFramer) AppendBytesHead(dst []byte, n int) []byte { return f.head(dst, n) }

func (f *fakeFramer) BytesHead(src []byte) (head, n int, ok bool) { return f.find(src) }

func fakeFraming(head func(dst []byte, n int) []byte, find func(src []byte) (int, int, bool)) func() codec.Codec {
	return func() codec.Codec { return &fakeFramer{fake{good: jsoncodec.New()}, head, find} }
}

var fakes = []struct {
	name   string // completes "a codec that"
	breaks Case
	says   string
	make   func() codec.Codec
}{
	{"frames bytes that it encodes otherwise", BytesAreFramed, "not what Append makes", fakeFraming(
		func(dst []byte, n int) []byte { return append(dst, '"') },
		func(src []byte) (int, int, bool) { return 1, len(src) - 1, true })},
	{"writes a head for ever", BytesAreFramed, "are the most", fakeFraming(
		func(dst []byte, n int) []byte { return append(dst, make([]byte, codec.MaxBytesHead+1)...) },
		func(src []byte) (int, int, bool) { return 0, 0, false })},
	{"reads a head that is not all there", BytesAreFramed, "panic", fakeFraming(
		func(dst []byte, n int) []byte { return append(dst, "####"...) },
		func(src []byte) (int, int, bool) { return 4, int(src[3]), true })},
	{"has a name with a space", NameIsToken, "want up to", fakeCodec(func(f *fake) {
		f.nameFunc = func() string { return "my json" }
	})},
	{"changes its name", NameIsToken, "later", fakeCodec(func(f *fake) {
		var n atomic.Int64
		f.nameFunc = func() string { return fmt.Sprintf("json-%d", n.Add(1)) }
	})},
	{"drops what follows a snowman", RoundTrip, "arrived as", fakeAppend(func(good *jsoncodec.Codec, dst []byte, v any) ([]byte, error) {
		if s, ok := v.(string); ok {
			v, _, _ = strings.Cut(s, "☃")
		}
		return good.Append(dst, v)
	})},
	{"marks pointers", ValueAndPointerAlike, "bytes and the pointer", fakeAppend(func(good *jsoncodec.Codec, dst []byte, v any) ([]byte, error) {
		if reflect.ValueOf(v).Kind() == reflect.Pointer {
			dst = append(dst, ' ')
		}
		return good.Append(dst, v)
	})},
	{"writes from the start of dst", PrefixUntouched, "the prefix is", fakeAppend(func(good *jsoncodec.Codec, dst []byte, v any) ([]byte, error) {
		return good.Append(dst[:0], v)
	})},
	{"writes its length before dst", PrefixUntouched, "the prefix is", fakeAppend(func(good *jsoncodec.Codec, dst []byte, v any) ([]byte, error) {
		out, err := good.Append(dst, v)
		if len(dst) > 0 && err == nil {
			dst[0] = byte(len(out))
		}
		return out, err
	})},
	{"uses its last result again", DstNotKept, "a second Append changed", fakeCodec(func(f *fake) {
		var mu sync.Mutex
		var last []byte
		f.appendFunc = func(dst []byte, v any) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			if cap(dst) == 0 && last != nil {
				out, err := f.good.Append(last[:0], v)
				if len(out) > 0 {
					out[0] ^= 1
				}
				return out, err
			}
			out, err := f.good.Append(dst, v)
			last = out
			return out, err
		}
	})},
	{"returns nil with an error", DstAfterError, "not the slice it was given", fakeAppend(func(good *jsoncodec.Codec, dst []byte, v any) ([]byte, error) {
		out, err := good.Append(dst, v)
		if err != nil {
			return nil, err
		}
		return out, nil
	})},
	{"leaves half a value behind an error", DstAfterError, "not the slice it was given", fakeAppend(func(good *jsoncodec.Codec, dst []byte, v any) ([]byte, error) {
		out, err := good.Append(dst, v)
		if err != nil {
			return append(dst, '{'), err
		}
		return out, nil
	})},
	{"hands out parts of src", SrcNotAliased, "after src was overwritten", fakeDecode(func(good *jsoncodec.Codec, src []byte, v any) error {
		if b, ok := v.(*[]byte); ok && len(src) > 2 {
			if err := good.Decode(src, v); err != nil {
				return err
			}
			*b = src[:copy(src, *b)]
			return nil
		}
		return good.Decode(src, v)
	})},
	{"decodes in place", SrcNotWritten, "changed src", fakeDecode(func(good *jsoncodec.Codec, src []byte, v any) error {
		err := good.Decode(src, v)
		if len(src) > 0 {
			src[len(src)-1] = ' '
		}
		return err
	})},
	{"stops after the first value", LeftoverBytes, "no error", fakeDecode(func(_ *jsoncodec.Codec, src []byte, v any) error {
		return json.NewDecoder(bytes.NewReader(src)).Decode(v)
	})},
	{"takes nothing for zero", EmptyInput, "no error", fakeDecode(func(good *jsoncodec.Codec, src []byte, v any) error {
		if len(src) == 0 {
			return nil
		}
		return good.Decode(src, v)
	})},
	{"is content with half a message", Truncated, "no error", fakeDecode(func(good *jsoncodec.Codec, src []byte, v any) error {
		if err := good.Decode(src, v); err != nil && strings.Contains(err.Error(), "unexpected end") {
			return nil
		} else if err != nil {
			return err
		}
		return nil
	})},
	{"reads beyond the end", Truncated, "panic", fakeDecode(func(good *jsoncodec.Codec, src []byte, v any) error {
		if src[0] == '{' && src[len(src)-1] != '}' {
			_ = src[len(src)]
		}
		return good.Decode(src, v)
	})},
	{"panics on damage", BitFlips, "panic", fakeDecode(func(good *jsoncodec.Codec, src []byte, v any) error {
		if err := good.Decode(src, v); err != nil && strings.Contains(err.Error(), "invalid character") {
			panic(err)
		} else if err != nil {
			return err
		}
		return nil
	})},
	{"trusts its caller", BadTargets, "panic", fakeDecode(func(good *jsoncodec.Codec, src []byte, v any) error {
		reflect.ValueOf(v).Elem().SetZero()
		return good.Decode(src, v)
	})},
	{"leaves out what does not fit", WrongType, "no error", fakeDecode(func(good *jsoncodec.Codec, src []byte, v any) error {
		err := good.Decode(src, v)
		if mismatch := new(json.UnmarshalTypeError); errors.As(err, &mismatch) {
			return nil
		}
		return err
	})},
	{"follows nil", NilPointer, "panic", fakeAppend(func(good *jsoncodec.Codec, dst []byte, v any) ([]byte, error) {
		if rv := reflect.ValueOf(v); rv.Kind() == reflect.Pointer {
			return good.Append(dst, rv.Elem().Interface())
		}
		return good.Append(dst, v)
	})},
	{"numbers its messages", AnyOrder, "out of order", fakeCodec(func(f *fake) {
		var sent, received atomic.Int64
		f.appendFunc = func(dst []byte, v any) ([]byte, error) {
			return f.good.Append(append(dst, byte(sent.Add(1))), v)
		}
		f.decodeFunc = func(src []byte, v any) error {
			if n := received.Add(1); src[0] != byte(n) {
				return fmt.Errorf("message %d is out of order, want %d", src[0], byte(n))
			}
			return f.good.Decode(src[1:], v)
		}
	})},
	{"is stuck after an error", AfterError, "stuck", fakeCodec(func(f *fake) {
		var stuck atomic.Bool
		f.decodeFunc = func(src []byte, v any) error {
			if stuck.Load() {
				return errors.New("stuck")
			}
			err := f.good.Decode(src, v)
			stuck.Store(err != nil)
			return err
		}
	})},
	{"has one scratch space for all", ConcurrentSafe, "busy", fakeCodec(func(f *fake) {
		// A real data race would end the test under the race detector before it
		// is told which case saw it.
		var busy atomic.Bool
		f.appendFunc = func(dst []byte, v any) ([]byte, error) {
			if !busy.CompareAndSwap(false, true) {
				return dst, errors.New("busy")
			}
			defer busy.Store(false)
			for range 10 {
				runtime.Gosched()
			}
			return f.good.Append(dst, v)
		}
	})},
	{"refuses structs", CheckAccepts, "no structs", fakeCodec(func(f *fake) {
		f.checkFunc = func(t reflect.Type) error {
			if t.Kind() == reflect.Struct {
				return errors.New("no structs")
			}
			return f.good.Check(t)
		}
	})},
	{"accepts every type", CheckRefuses, "no error", fakeCodec(func(f *fake) {
		f.checkFunc = func(reflect.Type) error { return nil }
	})},
	{"looks at the outermost type", CheckRefuses, "holdsChan: no error", fakeCodec(func(f *fake) {
		f.checkFunc = func(t reflect.Type) error {
			if t != nil && t.Kind() == reflect.Struct && strings.HasPrefix(t.Name(), "holds") {
				return nil
			}
			return f.good.Check(t)
		}
	})},
	{"does not say where", CheckRefuses, "does not name the field", fakeCodec(func(f *fake) {
		f.checkFunc = func(t reflect.Type) error {
			if err := f.good.Check(t); err != nil {
				return &codec.Unsupported{Type: t, Reason: "cannot cross"}
			}
			return nil
		}
	})},
	{"refuses with a plain error", CheckRefuses, "no *codec.Unsupported", fakeCodec(func(f *fake) {
		f.checkFunc = func(t reflect.Type) error {
			if err := f.good.Check(t); err != nil {
				return errors.New(err.Error())
			}
			return nil
		}
	})},
	{"insists on knowing every field", FieldAdded, "unknown field", fakeDecode(func(_ *jsoncodec.Codec, src []byte, v any) error {
		d := json.NewDecoder(bytes.NewReader(src))
		d.DisallowUnknownFields()
		return d.Decode(v)
	})},
	{"makes up what was not sent", FieldRemoved, "arrived as", fakeDecode(func(good *jsoncodec.Codec, src []byte, v any) error {
		if m, ok := v.(*newMessage); ok {
			m.More = &record{Name: "somebody"}
		}
		return good.Decode(src, v)
	})},
	{"believes what it is told", AllocationsAreBounded, "allocated", fakeDecode(func(good *jsoncodec.Codec, src []byte, v any) error {
		if bytes.HasPrefix(src, []byte{0xFF, 0xFF, 0xFF, 0xFF}) {
			b := make([]byte, 1<<25)
			sink.Store(&b)
		}
		return good.Decode(src, v)
	})},
	{"has no limit for nesting", DeepNesting, "no error", fakeCodec(func(f *fake) {
		f.decodeFunc = func(src []byte, v any) error {
			if bytes.Count(src, []byte("[")) > 5000 {
				return nil
			}
			return f.good.Decode(src, v)
		}
	})},
	{"ends circles with null", SelfReference, "no error", fakeAppend(func(good *jsoncodec.Codec, dst []byte, v any) ([]byte, error) {
		out, err := good.Append(dst, v)
		if err != nil {
			return append(dst, "null"...), nil
		}
		return out, nil
	})},
	{"takes NaN for zero", NotANumber, "arrived as 0", fakeAppend(func(good *jsoncodec.Codec, dst []byte, v any) ([]byte, error) {
		if rv := reflect.ValueOf(v); rv.Kind() == reflect.Struct && rv.NumField() == 1 && rv.Field(0).Kind() == reflect.Float64 {
			if math.IsNaN(rv.Field(0).Float()) {
				return append(dst, "{}"...), nil
			}
		}
		return good.Append(dst, v)
	})},
}

var sink atomic.Pointer[[]byte]
