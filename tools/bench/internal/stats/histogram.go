// Package stats counts latencies and compares rounds.
package stats

import (
	"math"
	"math/bits"
	"time"
)

// A Histogram counts durations in buckets of less than 1 % of their width, so
// that counting neither allocates nor grows. It belongs to one goroutine.
type Histogram struct {
	counts [buckets]uint32
	n      uint64
}

const (
	subBits = 7            // buckets in one octave: 128
	sub     = 1 << subBits // below this many ns every ns has its bucket
	octaves = 36 - subBits // up to 2^36 ns, 68 s; longer ones count as that
	buckets = sub * (octaves + 1)
)

// Add counts one duration.
func (h *Histogram) Add(d time.Duration) {
	h.counts[bucket(d)]++
	h.n++
}

// Count returns how many durations were added.
func (h *Histogram) Count() uint64 { return h.n }

// Merge adds what o counted.
func (h *Histogram) Merge(o *Histogram) {
	for i, c := range o.counts {
		h.counts[i] += c
	}
	h.n += o.n
}

// Quantile returns the duration that a share q of all those counted do not
// exceed, within the width of a bucket; zero when there are none. q lies between
// 0 and 1.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.n == 0 {
		return 0
	}
	rank := max(uint64(math.Ceil(q*float64(h.n))), 1)
	var seen uint64
	for i, c := range h.counts {
		if seen += uint64(c); seen >= rank {
			low, width := bounds(i)
			return low + (width-1)/2
		}
	}
	return math.MaxInt64 // not reached: seen ends at n, which is at least rank
}

// bucket returns the index for d. The first 128 hold one ns each; after that each
// octave has 128 of equal width.
func bucket(d time.Duration) int {
	if d < 0 {
		d = 0
	}
	if d >= 1<<36 {
		return buckets - 1
	}
	v := uint64(d)
	if v < sub {
		return int(v)
	}
	shift := bits.Len64(v) - 1 - subBits
	return sub*(shift+1) + int(v>>shift) - sub
}

// bounds returns the least duration of a bucket, and its width.
func bounds(i int) (low, width time.Duration) {
	if i < sub {
		return time.Duration(i), 1
	}
	shift := i/sub - 1
	return time.Duration(i%sub+sub) << shift, 1 << shift
}
