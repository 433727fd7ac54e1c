package stats

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestOver(t *testing.T) {
	tests := []struct {
		name string
		in   []float64
		want Spread
	}{
		{"one", []float64{3}, Spread{3, 3, 3}},
		{"odd", []float64{9, 1, 5}, Spread{5, 1, 9}},
		{"even", []float64{8, 2, 4, 1}, Spread{3, 1, 8}},
		{"a round is missing", []float64{7, math.NaN(), 5, 6}, Spread{6, 5, 7}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := slices.Clone(tt.in)
			if got := Over(tt.in); got != tt.want {
				t.Errorf("Over(%v) = %v, want %v", tt.in, got, tt.want)
			}
			same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
			if !slices.EqualFunc(tt.in, before, same) {
				t.Errorf("Over changed its argument to %v", tt.in)
			}
		})
	}
	if got := Over(nil); !math.IsNaN(got.Median) {
		t.Errorf("Over(nil) = %v, want NaN", got)
	}
}

func TestRatiosAreTakenPerRound(t *testing.T) {
	// The machine is twice as slow in the second round: the ratio is the same.
	if got, want := Ratios([]float64{10, 20}, []float64{5, 10}), (Spread{2, 2, 2}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	// A ratio of medians would be 30/30.
	if got, want := Ratios([]float64{10, 30, 60}, []float64{5, 30, 120}), (Spread{1, 0.5, 2}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := Ratios([]float64{1, math.NaN(), 6, 7}, []float64{0, 2, 3}), (Spread{2, 2, 2}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestQuantileOfExactBuckets(t *testing.T) {
	var h Histogram
	if h.Quantile(0.5) != 0 {
		t.Error("an empty histogram has a median")
	}
	for i := 100; i >= 1; i-- {
		h.Add(time.Duration(i))
	}
	for q, want := range map[float64]time.Duration{0: 1, 0.01: 1, 0.5: 50, 0.505: 51, 0.99: 99, 1: 100} {
		if got := h.Quantile(q); got != want {
			t.Errorf("Quantile(%v) = %d, want %d", q, got, want)
		}
	}
}

func TestQuantileIsWithinOnePercent(t *testing.T) {
	for d := time.Duration(1); d < 60*time.Second; d = d*5/3 + 1 {
		var h Histogram
		h.Add(d)
		if got := h.Quantile(0.5); math.Abs(float64(got-d)) > float64(d)/100 {
			t.Errorf("%v counts as %v", d, got)
		}
	}
}

func TestBucketsHaveNoGaps(t *testing.T) {
	next := time.Duration(0)
	for i := range buckets {
		low, width := bounds(i)
		if low != next {
			t.Fatalf("bucket %d begins at %d, the one before ends at %d", i, low, next)
		}
		if bucket(low) != i || bucket(low+width-1) != i {
			t.Fatalf("bucket %d from %d to %d counts elsewhere: %d, %d", i, low, low+width-1, bucket(low), bucket(low+width-1))
		}
		next = low + width
	}
	if next != 1<<36 {
		t.Errorf("the last bucket ends at %d", next)
	}
}

func TestExtremesAreCounted(t *testing.T) {
	var h Histogram
	h.Add(-5)
	h.Add(math.MaxInt64)
	if h.Count() != 2 || h.Quantile(0) != 0 || h.Quantile(1) < 60*time.Second {
		t.Errorf("count %d, least %v, greatest %v", h.Count(), h.Quantile(0), h.Quantile(1))
	}
}

func TestMerge(t *testing.T) {
	var a, b Histogram
	for i := range 50 {
		a.Add(time.Duration(i + 1))
		b.Add(time.Duration(i + 51))
	}
	a.Merge(&b)
	if a.Count() != 100 || a.Quantile(0.5) != 50 || a.Quantile(0.99) != 99 {
		t.Errorf("count %d, median %v, p99 %v", a.Count(), a.Quantile(0.5), a.Quantile(0.99))
	}
}
