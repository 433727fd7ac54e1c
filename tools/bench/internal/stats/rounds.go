package stats

import (
	"math"
	"slices"
)

// A Spread is the median of one figure over all rounds, with the least and the
// greatest. Rounds that are NaN do not count; all three are NaN where there were
// no others.
type Spread struct {
	Median, Min, Max float64
}

// Over returns the spread of values, which it leaves as they are.
func Over(values []float64) Spread {
	s := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(s) == 0 {
		return Spread{math.NaN(), math.NaN(), math.NaN()}
	}
	slices.Sort(s)
	m := len(s) / 2
	median := s[m]
	if len(s)%2 == 0 {
		median = (s[m-1] + s[m]) / 2
	}
	return Spread{median, s[0], s[len(s)-1]}
}

// Ratios returns the spread of a[i]/b[i]: two subjects are compared round by
// round, since the machine's speed changes between the rounds. Rounds that only
// one of them has are left out.
func Ratios(a, b []float64) Spread {
	var r []float64
	for i := range min(len(a), len(b)) {
		if b[i] != 0 && !math.IsNaN(a[i]) && !math.IsNaN(b[i]) {
			r = append(r, a[i]/b[i])
		}
	}
	return Over(r)
}
