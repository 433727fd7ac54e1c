package codectest

import "math"

type (
	oldMessage struct {
		Name  string
		Count int
	}
	newMessage struct {
		Extra  map[string][]record
		Name   string
		More   *record
		Count  int
		Digest [4]byte
		At     []oldMessage
	}
)

func fieldAdded(s *suite) {
	if s.opts.OnlySamples {
		return
	}
	rec := sampleRecord()
	sent := newMessage{
		Name: "n", Count: 7, Extra: map[string][]record{"k": {rec}}, More: &rec,
		Digest: [4]byte{1, 2}, At: []oldMessage{{Name: "inner"}},
	}
	s.crossInto("a value with fields the receiver lacks", sent, oldMessage{Name: "n", Count: 7})
}

func fieldRemoved(s *suite) {
	if s.opts.OnlySamples {
		return
	}
	s.crossInto("a value that lacks fields of the receiver", oldMessage{Name: "n", Count: 7}, newMessage{Name: "n", Count: 7})
}

// crossInto sends one type and receives another.
func (s *suite) crossInto(name string, sent, want any) {
	for range 2 { // the second time, whatever the codec remembers is in use
		b, ok := s.encode(s.codec, name, sent)
		if !ok {
			return
		}
		if got, ok := s.decode(s.codec, name, b, want); ok {
			s.same(name, want, got)
		}
	}
}

func notANumber(s *suite) {
	if s.opts.OnlySamples {
		return
	}
	type reading struct{ Value float64 }
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		var b []byte
		err := s.mustNotPanic("Append", func() (err error) {
			b, err = s.codec.Append(nil, reading{f})
			return err
		})
		if err != nil {
			continue
		}
		var got reading
		if err := s.mustNotPanic("Decode", func() error { return s.codec.Decode(b, &got) }); err != nil {
			continue
		}
		if math.Float64bits(got.Value) != math.Float64bits(f) && !(math.IsNaN(f) && math.IsNaN(got.Value)) {
			s.report("%v arrived as %v", f, got.Value)
		}
	}
}
