package main

import (
	"math"
	"runtime"
	"slices"

	"github.com/tenon-dev/tenon/tools/bench/internal/sample"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
	"github.com/tenon-dev/tenon/tools/bench/internal/tenonecho"
)

// codecAllocs returns how often the codec of that name allocates for one message
// there and back: encoded and decoded twice, with nothing around it. It is NaN for
// what is no codec of Go values.
func codecAllocs(name string, w subject.Work) float64 {
	i := slices.IndexFunc(codecs(), func(c codecChoice) bool { return c.codec.Name() == name })
	if i < 0 || codecs()[i].messages != (tenonecho.Values{}) || w.Kind != subject.Echo {
		return math.NaN()
	}
	c := codecs()[i].codec
	var buf []byte
	once := func() (err error) {
		if w.Struct {
			sent, got := sample.Struct(), sample.Typical{}
			if buf, err = c.Append(buf[:0], &sent); err == nil {
				err = c.Decode(buf, &got)
			}
			return err
		}
		var got []byte
		if buf, err = c.Append(buf[:0], &w.Data); err == nil {
			err = c.Decode(buf, &got)
		}
		return err
	}
	const times = 200
	if once() != nil { // and whatever is made only once
		return math.NaN()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range times {
		if once() != nil {
			return math.NaN()
		}
	}
	runtime.ReadMemStats(&after)
	return 2 * float64(after.Mallocs-before.Mallocs) / times
}
