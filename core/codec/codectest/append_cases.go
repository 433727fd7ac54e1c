package codectest

import (
	"bytes"
	"reflect"
	"strings"
	"unsafe"
)

func nameIsToken(s *suite) {
	name := s.codec.Name()
	if name == "" || len(name) > 32 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-./") != "" {
		s.report("the name is %q: want up to 32 of a-z, 0-9, '-', '.' and '/'", name)
	}
	if again := s.another().Name(); again != name {
		s.report("the name is %q once and %q later", name, again)
	}
}

func roundTrip(s *suite) {
	for _, sample := range s.samples {
		b, ok := s.encode(s.codec, sample.Name, sample.Value)
		if !ok {
			continue
		}
		if got, ok := s.decode(s.codec, sample.Name, b, sample.Value); ok {
			s.same(sample.Name, sample.Value, got)
		}
	}
}

func valueAndPointerAlike(s *suite) {
	for _, sample := range s.samples {
		byValue, ok1 := s.encode(s.codec, sample.Name, sample.Value)
		byPointer, ok2 := s.encode(s.codec, sample.Name+", by pointer", pointerTo(sample.Value))
		if !ok1 || !ok2 {
			continue
		}
		// The order of a map's pairs may differ, so only lengths and meaning count.
		if len(byValue) != len(byPointer) {
			s.report("%s: the value takes %d bytes and the pointer %d", sample.Name, len(byValue), len(byPointer))
		}
		if got, ok := s.decode(s.codec, sample.Name+", by pointer", byPointer, sample.Value); ok {
			s.same(sample.Name+", by pointer", sample.Value, got)
		}
	}
}

func prefixUntouched(s *suite) {
	prefix := []byte("what was there before")
	for _, sample := range s.samples {
		for _, spare := range []int{0, 7, 1 << 17} {
			dst := make([]byte, len(prefix), len(prefix)+spare)
			copy(dst, prefix)
			out, err := s.codec.Append(dst, sample.Value)
			if err != nil {
				s.report("%s: Append: %v", sample.Name, err)
				continue
			}
			if !bytes.Equal(dst, prefix) || !bytes.HasPrefix(out, prefix) {
				s.report("%s: with %d bytes of room, the prefix is %q after Append", sample.Name, spare, out[:min(len(out), len(prefix))])
				continue
			}
			if got, ok := s.decode(s.codec, sample.Name, out[len(prefix):], sample.Value); ok {
				s.same(sample.Name, sample.Value, got)
			}
		}
	}
}

func dstNotKept(s *suite) {
	for _, sample := range s.samples {
		dst := make([]byte, 0, 1<<18)
		first, err := s.codec.Append(dst, sample.Value)
		if err != nil {
			s.report("%s: Append: %v", sample.Name, err)
			continue
		}
		want := bytes.Clone(first)
		second, ok := s.encode(s.codec, sample.Name, sample.Value)
		if !ok {
			continue
		}
		if !bytes.Equal(first, want) {
			s.report("%s: a second Append changed what the first one returned", sample.Name)
		}
		for i := range first {
			first[i] = 0xAA
		}
		if got, ok := s.decode(s.codec, sample.Name, second, sample.Value); ok {
			s.same(sample.Name+", after the first result was overwritten", sample.Value, got)
		}
	}
}

func dstAfterError(s *suite) {
	bad := []Sample{
		{"a channel", make(chan int)},
		{"a function", func() {}},
		{"a pointer to a channel", new(chan int)},
		{"nothing but a nil channel", (chan int)(nil)},
	}
	if !s.opts.OnlySamples {
		bad = append(bad, Sample{"a channel behind good values", []any{"good", true, make(chan int)}},
			Sample{"a channel in a map", map[string]any{"k": make(chan int)}})
	}
	for _, sample := range bad {
		dst := make([]byte, 5, 512)
		copy(dst, "first")
		var out []byte
		s.mustFail(sample.Name, func() (err error) {
			out, err = s.codec.Append(dst, sample.Value)
			return err
		})
		if len(out) != len(dst) || cap(out) != cap(dst) || unsafe.SliceData(out) != unsafe.SliceData(dst) || string(out) != "first" {
			s.report("%s: Append returned %q, which is not the slice it was given", sample.Name, out)
		}
	}
}

func nilPointer(s *suite) {
	for _, sample := range s.samples {
		t := reflect.TypeOf(sample.Value)
		if t.Kind() != reflect.Pointer {
			t = reflect.PointerTo(t)
		}
		null := reflect.Zero(t).Interface()
		for _, v := range []any{null, pointerTo(null)} {
			var b []byte
			err := s.mustNotPanic(sample.Name+": Append of nil", func() (err error) {
				b, err = s.codec.Append(nil, v)
				return err
			})
			if err != nil {
				continue
			}
			got := newLike(null)
			err = s.mustNotPanic(sample.Name+": Decode of nil", func() error { return s.codec.Decode(b, got) })
			if err != nil {
				s.report("%s: nil was encoded, and is not decoded: %v", sample.Name, err)
			} else if !s.opts.OnlySamples && !reflect.ValueOf(got).Elem().IsNil() {
				s.report("%s: nil arrived as %s", sample.Name, show(reflect.ValueOf(got).Elem().Interface()))
			}
		}
	}
	_ = s.mustNotPanic("Append(nil, nil)", func() error {
		_, err := s.codec.Append(nil, nil)
		return err
	})
}
