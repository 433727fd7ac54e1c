package load

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var nth atomic.Int64
		var last time.Duration
		r, err := Run{
			Callers: 2, Warmup: time.Second, Duration: 10 * time.Second,
			Call: func(ctx context.Context) (int, error) {
				took := time.Millisecond
				if nth.Add(1)%100 == 0 {
					took = 100 * time.Millisecond
				}
				time.Sleep(took) // in the bubble: the calls take just so long
				return 3, nil
			},
			Progress: func(d time.Duration) { last = d },
		}.Do(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r.Calls < 9000 || r.Calls > 11000 || r.Values != 3*r.Calls || last != 11*time.Second {
			t.Errorf("%d calls, %d values, %v", r.Calls, r.Values, last)
		}
		near := func(name string, got, want time.Duration) {
			if got < want*99/100 || got > want*101/100 {
				t.Errorf("%s is %v, not %v", name, got, want)
			}
		}
		near("p50", r.Percentile(50), time.Millisecond)
		near("p99.9", r.Percentile(99.9), 100*time.Millisecond)
		near("min", r.Min(), time.Millisecond)
		near("max", r.Max(), 100*time.Millisecond)
		near("mean", r.Mean(), 1990*time.Microsecond)
		if per := r.PerSecond(); per < 950 || per > 1050 {
			t.Errorf("%v calls a second", per)
		}
		bins, sum := r.Histogram(), int64(0)
		for i, b := range bins {
			sum += b.Count
			if b.From >= b.To || i > 0 && bins[i-1].To != b.From {
				t.Errorf("bin %d: %+v after %+v", i, b, bins[max(0, i-1)])
			}
		}
		if sum != r.Calls || bins[0].Count < sum*9/10 || bins[len(bins)-1].Count == 0 {
			t.Errorf("the histogram has %d of %d calls: %+v", sum, r.Calls, bins)
		}
	})
}

// A call that takes longer than the whole run is noted all the same.
func TestEachCallerNotesACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := Run{Callers: 3, Warmup: time.Second, Duration: time.Second, Call: func(ctx context.Context) (int, error) {
			time.Sleep(5 * time.Second)
			return 1, nil
		}}.Do(t.Context())
		if err != nil || r.Calls != 3 || r.Elapsed != 9*time.Second || r.Min() < 4*time.Second {
			t.Errorf("%d calls in %v, %v", r.Calls, r.Elapsed, err)
		}
	})
}

func TestErrorsEndTheRun(t *testing.T) {
	failed := errors.New("no")
	_, err := Run{Callers: 4, Duration: time.Hour, Call: func(ctx context.Context) (int, error) {
		return 0, failed
	}}.Do(t.Context())
	if err != failed {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := Run{Callers: 1, Duration: time.Hour, Call: func(ctx context.Context) (int, error) { return 0, ctx.Err() }}.Do(ctx)
	if !errors.Is(err, context.Canceled) || len(r.Histogram()) != 0 || r.Min() != 0 {
		t.Errorf("got %v", err)
	}
}

func TestBins(t *testing.T) {
	for v := int64(1); v < int64(time.Minute); v = v*17/16 + 1 {
		i := binOf(v)
		if d := time.Duration(v); edge(i) > d || edge(i+1) <= d {
			t.Fatalf("%v is in the bin from %v to %v", d, edge(i), edge(i+1))
		}
	}
}
