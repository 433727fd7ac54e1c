package codectest

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"

	"github.com/tenon-dev/tenon/core/codec"
)

// What one Decode may allocate: a base for machinery that is set up once, and a
// factor for values that are larger in memory than on the wire, as a struct is
// that was sent as the one byte which says that it is zero.
const (
	allocBase   = 1 << 20
	allocFactor = 512
)

func allocationsAreBounded(s *suite) {
	for _, sample := range s.samples {
		b, ok := s.encode(s.codec, sample.Name, sample.Value)
		if !ok || len(b) > 4096 {
			continue // what is to be found is found in short ones
		}
		// A length in any notation becomes a very large one somewhere in here.
		for _, stamp := range [][]byte{
			{0xFF}, {0x7F}, {0xF8}, bytes.Repeat([]byte{0xFF}, 5), bytes.Repeat([]byte{0x7F}, 9), {0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
		} {
			step := stride(len(b), 128)
			for i := 0; i < len(b); i += step {
				damaged := bytes.Clone(b)
				copy(damaged[i:], stamp)
				s.bounded(fmt.Sprintf("%s with % x at byte %d", sample.Name, stamp, i), damaged, newLike(sample.Value), false)
			}
		}
	}
	for _, h := range s.opts.Hostile {
		s.bounded(h.Name, h.Src, h.Into(), true)
	}
}

// bounded reports a Decode that allocates too much, panics, or, where the input
// must be refused, accepts it.
func (s *suite) bounded(name string, src []byte, target any, mustFail bool) {
	limit := uint64(allocBase + allocFactor*len(src))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := s.mustNotPanic(name, func() error { return s.codec.Decode(src, target) })
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > limit {
		s.report("%s: decoding %d bytes allocated %d", name, len(src), got)
	}
	if mustFail && err == nil {
		s.report("%s: no error", name)
	}
}

// deepNesting sends a value of many levels. The sender may refuse it, and if it
// does not, the receiver has to.
func deepNesting(s *suite) {
	if s.opts.OnlySamples {
		return
	}
	chain := func(levels int) *tree {
		var t *tree
		for range levels {
			t = &tree{Name: "level", Children: slices.DeleteFunc([]*tree{t}, func(t *tree) bool { return t == nil })}
		}
		return t
	}
	shallow := chain(100)
	if b, ok := s.encode(s.codec, "a hundred levels", shallow); ok {
		if got, ok := s.decode(s.codec, "a hundred levels", b, shallow); ok {
			s.same("a hundred levels", shallow, got)
		}
	}
	s.mustFail("more levels than MaxDepth allows", func() error {
		deep := chain(20 * codec.MaxDepth)
		b, err := s.codec.Append(nil, deep)
		if err != nil {
			return err
		}
		return s.codec.Decode(b, newLike(deep))
	})
}

func selfReference(s *suite) {
	if s.opts.OnlySamples {
		return
	}
	loop := &tree{Name: "loop"}
	loop.Children = []*tree{loop}
	self := map[string]any{}
	self["self"] = self
	for _, v := range []any{loop, self} {
		s.mustFail(fmt.Sprintf("%T", v), func() error {
			_, err := s.codec.Append(nil, v)
			return err
		})
	}
}
