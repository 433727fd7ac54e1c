package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/tools/bench/internal/stats"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// A worker is one caller. It makes its calls one after the other.
type worker struct {
	call    subject.Call
	release func()
	load    bool // it keeps the session busy, and is not measured

	seen  stats.Histogram // of the calls that count
	calls uint64          // all of them, also in the run-in
	end   time.Duration   // of the last call, since the slice began
	err   error
}

// A slice is one subject at work for a short time.
type slice struct {
	seen  stats.Histogram
	calls uint64        // also in the run-in
	took  time.Duration // from the end of the run-in to the end of the last call
}

// runSlice lets all workers call for a while. Calls that begin in the run-in do
// not count: the processes come out of a pause, and the machine has to notice.
// Each worker counts one call at least.
func runSlice(ctx context.Context, workers []*worker, runIn, length time.Duration) (*slice, error) {
	var wg sync.WaitGroup
	begin := time.Now()
	for _, w := range workers {
		wg.Go(func() { w.run(ctx, begin, runIn, runIn+length) })
	}
	wg.Wait()
	s := new(slice)
	var errs []error
	for _, w := range workers {
		errs = append(errs, w.err)
		if w.load {
			continue
		}
		s.seen.Merge(&w.seen)
		s.calls += w.calls
		s.took = max(s.took, w.end-runIn)
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	if s.took <= 0 || s.seen.Count() == 0 {
		return nil, errors.New("no call was counted")
	}
	return s, nil
}

// run makes calls until the slice is over. The clock is read once for each call:
// one ends where the next begins.
func (w *worker) run(ctx context.Context, begin time.Time, runIn, until time.Duration) {
	w.seen, w.calls = stats.Histogram{}, 0
	now := time.Since(begin)
	for now < until || w.seen.Count() == 0 {
		if w.err = w.call(ctx); w.err != nil {
			return
		}
		start := now
		now = time.Since(begin)
		if start >= runIn {
			w.seen.Add(now - start)
		}
		w.calls++
	}
	w.end = now
}

// perSecond is how many calls were completed in a second.
func (s *slice) perSecond() float64 { return float64(s.seen.Count()) / s.took.Seconds() }
