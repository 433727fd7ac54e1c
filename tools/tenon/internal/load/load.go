// Package load makes calls as fast as they are answered, and notes how long each took.
package load

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A Run says how a load is made.
type Run struct {
	Callers  int           // that call at the same time, each one call after the other
	Warmup   time.Duration // before anything is noted
	Duration time.Duration // in which calls are noted, or longer: until each caller has noted one

	// Call makes one call, and says how many values came back. It is called
	// concurrently. An error ends the run.
	Call func(ctx context.Context) (values int, err error)

	// Progress, if set, is told now and then how much of the run is over, from one
	// goroutine at a time.
	Progress func(elapsed time.Duration)
}

// A Result is what came of a run.
type Result struct {
	Calls   int64
	Values  int64
	Elapsed time.Duration
	latency *hdrhistogram.Histogram // in nanoseconds
}

// The range of a latency, and its precision in decimal digits.
const (
	longest   = time.Minute
	precision = 3
)

func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, int64(longest), precision)
}

// Do makes the load. It returns when all calls have been answered, with the first
// error of one, or that of ctx.
func (r Run) Do(ctx context.Context) (Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	began := time.Now()
	noting := began.Add(r.Warmup)
	end := noting.Add(r.Duration)
	results := make([]Result, r.Callers)
	var callers, ticking sync.WaitGroup
	over := make(chan struct{})
	if r.Progress != nil {
		ticking.Go(func() { r.tick(began, over) })
	}
	for i := range results {
		callers.Go(func() {
			var err error
			if results[i], err = r.caller(ctx, noting, end); err != nil {
				cancel(err)
			}
		})
	}
	callers.Wait()
	all := Result{latency: newHistogram(), Elapsed: time.Since(noting)}
	close(over)
	ticking.Wait()
	for _, one := range results {
		if one.latency != nil {
			all.Calls += one.Calls
			all.Values += one.Values
			all.latency.Merge(one.latency)
		}
	}
	return all, context.Cause(ctx)
}

// tick tells the progress until over is closed.
func (r Run) tick(began time.Time, over <-chan struct{}) {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			r.Progress(min(time.Since(began), r.Warmup+r.Duration))
		case <-over:
			r.Progress(r.Warmup + r.Duration)
			return
		}
	}
}

func (r Run) caller(ctx context.Context, noting, end time.Time) (Result, error) {
	result := Result{latency: newHistogram()}
	for at := time.Now(); at.Before(end) || result.Calls == 0; {
		values, err := r.Call(ctx)
		if err != nil {
			return result, err
		}
		now := time.Now()
		if !at.Before(noting) {
			result.Calls++
			result.Values += int64(values)
			took := min(max(now.Sub(at), 1), longest)
			if err := result.latency.RecordValue(int64(took)); err != nil {
				return result, err
			}
		}
		at = now
	}
	return result, nil
}

// PerSecond is how many calls were answered in a second.
func (r Result) PerSecond() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Calls) / r.Elapsed.Seconds()
}

// Percentile returns the latency that so many percent of the calls did not exceed.
func (r Result) Percentile(percent float64) time.Duration {
	return time.Duration(r.latency.ValueAtQuantile(percent))
}

// Min, Mean and Max are those of the latencies; zero where there was no call.
func (r Result) Min() time.Duration {
	if r.Calls == 0 {
		return 0
	}
	return time.Duration(r.latency.Min())
}

// Mean is the mean of the latencies.
func (r Result) Mean() time.Duration { return time.Duration(r.latency.Mean()) }

// Max is the longest latency.
func (r Result) Max() time.Duration { return time.Duration(r.latency.Max()) }

// A Bin counts the calls whose latency was from From up to To, To excluded.
type Bin struct {
	From  time.Duration `json:"from_ns"`
	To    time.Duration `json:"to_ns"`
	Count int64         `json:"count"`
}

// PerDecade is how many bins there are from a latency to ten times as much.
const PerDecade = 10

// Histogram returns the latencies in bins of equal ratio, from the first that is not
// empty to the last.
func (r Result) Histogram() []Bin {
	counts := map[int]int64{}
	first, last := math.MaxInt, math.MinInt
	for _, bar := range r.latency.Distribution() {
		if bar.Count == 0 {
			continue
		}
		i := binOf(bar.From)
		counts[i] += bar.Count
		first, last = min(first, i), max(last, i)
	}
	var bins []Bin
	for i := first; i <= last && first != math.MaxInt; i++ {
		bins = append(bins, Bin{From: edge(i), To: edge(i + 1), Count: counts[i]})
	}
	return bins
}

// edge is where a bin begins.
func edge(i int) time.Duration {
	return time.Duration(math.Ceil(math.Pow(10, float64(i)/PerDecade)))
}

func binOf(v int64) int {
	i := int(math.Floor(PerDecade * math.Log10(float64(max(v, 1)))))
	for edge(i+1) <= time.Duration(v) { // the logarithm of an edge may be a little less
		i++
	}
	for edge(i) > time.Duration(v) {
		i--
	}
	return i
}
