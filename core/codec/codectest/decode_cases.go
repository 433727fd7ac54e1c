package codectest

import (
	"bytes"
	"reflect"
)

func srcNotAliased(s *suite) {
	for _, sample := range s.samples {
		b, ok := s.encode(s.codec, sample.Name, sample.Value)
		if !ok {
			continue
		}
		got, ok := s.decode(s.codec, sample.Name, b, sample.Value)
		if !ok {
			continue
		}
		for i := range b {
			b[i] = 0xAA
		}
		s.same(sample.Name+", after src was overwritten", sample.Value, got)
	}
}

func srcNotWritten(s *suite) {
	for _, sample := range s.samples {
		b, ok := s.encode(s.codec, sample.Name, sample.Value)
		if !ok {
			continue
		}
		before := append(bytes.Clone(b), "beyond"...)
		src := bytes.Clone(before)
		s.decode(s.codec, sample.Name, src[:len(b)], sample.Value)
		if !bytes.Equal(src, before) {
			s.report("%s: Decode changed src", sample.Name)
		}
	}
}

func leftoverBytes(s *suite) {
	for _, sample := range s.samples {
		b, ok := s.encode(s.codec, sample.Name, sample.Value)
		if !ok {
			continue
		}
		s.mustFail(sample.Name+" and a zero byte", func() error {
			return s.codec.Decode(append(bytes.Clone(b), 0), newLike(sample.Value))
		})
		if s.opts.Unframed {
			continue
		}
		if isNumber(sample.Value) {
			continue // of text, two numbers in a row are a longer number
		}
		s.mustFail(sample.Name+" twice", func() error {
			return s.codec.Decode(append(bytes.Clone(b), b...), newLike(sample.Value))
		})
	}
}

func emptyInput(s *suite) {
	for _, sample := range s.samples {
		for _, src := range [][]byte{nil, {}} {
			if s.opts.Unframed {
				_ = s.mustNotPanic(sample.Name, func() error { return s.codec.Decode(src, newLike(sample.Value)) })
				continue
			}
			s.mustFail(sample.Name, func() error { return s.codec.Decode(src, newLike(sample.Value)) })
		}
	}
}

func truncated(s *suite) {
	for _, sample := range s.samples {
		b, ok := s.encode(s.codec, sample.Name, sample.Value)
		if !ok {
			continue
		}
		step := stride(len(b), 256)
		for n := 1; n < len(b); n += step {
			// The copy has no room behind it, so that a read beyond its end shows.
			cut := bytes.Clone(b[:n])[:n:n]
			decode := func() error { return s.codec.Decode(cut, newLike(sample.Value)) }
			if s.opts.Unframed || isNumber(sample.Value) {
				_ = s.mustNotPanic(sample.Name, decode)
				continue
			}
			s.mustFail(sample.Name, decode)
		}
	}
}

// isNumber reports whether v is a bare number, which as text has no end of its
// own.
func isNumber(v any) bool {
	switch k := reflect.TypeOf(v).Kind(); {
	case k >= reflect.Int && k <= reflect.Uint64, k == reflect.Float32, k == reflect.Float64:
		return true
	}
	return false
}

func bitFlips(s *suite) {
	for _, sample := range s.samples {
		b, ok := s.encode(s.codec, sample.Name, sample.Value)
		if !ok {
			continue
		}
		step := stride(len(b), 512)
		for i := 0; i < len(b); i += step {
			for bit := range 8 {
				damaged := bytes.Clone(b)
				damaged[i] ^= 1 << bit
				got := newLike(sample.Value)
				if err := s.mustNotPanic(sample.Name, func() error { return s.codec.Decode(damaged, got) }); err != nil {
					continue
				}
				// What was accepted is a value, and can be sent on.
				_ = s.mustNotPanic(sample.Name+", sent on", func() error {
					_, err := s.codec.Append(nil, got)
					return err
				})
			}
		}
	}
}

func badTargets(s *suite) {
	for _, sample := range s.samples {
		b, ok := s.encode(s.codec, sample.Name, sample.Value)
		if !ok {
			continue
		}
		p := reflect.PointerTo(reflect.TypeOf(sample.Value))
		s.mustFail(sample.Name+" into nil", func() error { return s.codec.Decode(b, nil) })
		s.mustFail(sample.Name+" into a nil pointer", func() error { return s.codec.Decode(b, reflect.Zero(p).Interface()) })
		if reflect.TypeOf(sample.Value).Kind() != reflect.Pointer {
			s.mustFail(sample.Name+" into a value", func() error { return s.codec.Decode(b, sample.Value) })
		}
	}
}

func wrongType(s *suite) {
	if s.opts.OnlySamples {
		for _, sample := range s.samples {
			b, ok := s.encode(s.codec, sample.Name, sample.Value)
			if !ok {
				continue
			}
			for _, target := range []any{new(int), new(string), new(struct{ A int }), new(func())} {
				s.mustFail(sample.Name, func() error { return s.codec.Decode(b, target) })
			}
		}
		return
	}
	for _, tt := range []struct{ sent, target any }{
		{"text", new(int)},
		{"text", new([]int)},
		{"text", new(record)},
		{42, new(string)},
		{[]int{1, 2}, new(string)},
		{[]string{"a"}, new([]int)},
		{map[string]string{"a": "b"}, new(map[string]int)},
		{struct{ Age string }{"old"}, new(record)},
		{struct{ Tags int }{1}, new(record)},
		{sampleRecord(), new(int)},
		{sampleRecord(), new(func())},
		{300, new(int8)},
	} {
		if b, ok := s.encode(s.codec, show(tt.sent), tt.sent); ok {
			s.mustFail(show(tt.sent)+" into "+reflect.TypeOf(tt.target).String(), func() error { return s.codec.Decode(b, tt.target) })
		}
	}
}

// stride is how far apart the places in a message of n bytes are that a case
// damages, so that long messages do not take most of the time.
func stride(n, places int) int {
	if n > 4096 {
		places = 16
	}
	return 1 + n/places
}
