package main

import (
	"context"
	"errors"
	"io"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// fake is a session in this process.
type fake struct {
	call   subject.Call
	once   sync.Once
	closed chan struct{}
}

func newFake(call subject.Call) *running {
	return &running{session: &fake{call: call, closed: make(chan struct{})}}
}

func (f *fake) Caller(context.Context, subject.Work) (subject.Call, func(), error) {
	return f.call, func() {}, nil
}

func (f *fake) Close() error {
	f.once.Do(func() { close(f.closed) })
	return nil
}

func (f *fake) PID() int { return 0 }

func workersOf(n int, call subject.Call) []*worker {
	var all []*worker
	for range n {
		all = append(all, &worker{call: call, release: func() {}})
	}
	return all
}

func TestSliceCountsCalls(t *testing.T) {
	var mu sync.Mutex
	made := uint64(0)
	call := func(context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		made++
		return nil
	}
	s, err := runSlice(t.Context(), workersOf(3, call), 5*time.Millisecond, 10*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if s.calls != made || s.seen.Count() == 0 || s.seen.Count() >= made {
		t.Errorf("%d calls were made, %d reported, %d counted: those of the run-in do not count", made, s.calls, s.seen.Count())
	}
	if s.took < 9*time.Millisecond || s.perSecond() <= 0 {
		t.Errorf("it took %v, %v calls a second", s.took, s.perSecond())
	}
}

func TestSlowCallsCountOnce(t *testing.T) {
	call := func(context.Context) error {
		time.Sleep(20 * time.Millisecond)
		return nil
	}
	s, err := runSlice(t.Context(), workersOf(2, call), time.Millisecond, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if s.seen.Count() != 2 || s.calls != 4 { // one each in the run-in, one each that counts
		t.Errorf("%d calls, of which %d count", s.calls, s.seen.Count())
	}
}

func TestSliceReportsAnError(t *testing.T) {
	workers := workersOf(2, func(context.Context) error { return nil })
	workers[1].call = func(context.Context) error { return errBroken }
	if _, err := runSlice(t.Context(), workers, 0, time.Millisecond); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

func TestGuardEndsStuckCalls(t *testing.T) {
	r := newFake(nil)
	closed := r.session.(*fake).closed
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := r.guard(ctx, 0, func() error {
		<-closed // a call that only the end of its program wakes
		return errBroken
	})
	if !errors.Is(err, errBroken) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestGuardEndsWhatTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newFake(nil)
		closed := r.session.(*fake).closed
		began := time.Now()
		err := r.guard(t.Context(), time.Second, func() error {
			<-closed
			return errBroken
		})
		if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "stuck") || time.Since(began) != time.Second+stuckAfter {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

func TestWhoFailsFallsOutAlone(t *testing.T) {
	all, err := subjects([]string{"cbor"})
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := choose(all, []string{"raw", "ttrpc"})
	if err != nil {
		t.Fatal(err)
	}
	broken := newFake(func(context.Context) error { return errBroken })
	fine := newFake(func(context.Context) error { return nil })
	work, _ := subject.ParseWork("64B")
	c := &contest{cell: cell{work: work, callers: 1}, rounds: 2, slice: time.Millisecond, progress: newProgress(io.Discard, &options{}), contestants: []*contestant{
		{subject: chosen[0], running: broken}, {subject: chosen[1], running: fine},
	}}
	// The fakes have no side channel: only the warm-up is run here.
	for _, p := range c.contestants {
		if p.workers, p.err = p.running.workers(t.Context(), c.cell); p.err == nil {
			_, p.err = c.turn(t.Context(), p, 0, c.slice)
		}
		p.missed(2)
	}
	if failures(c.contestants) != 1 || !errors.Is(c.contestants[0].err, errBroken) || c.contestants[1].err != nil {
		t.Errorf("got %v and %v", c.contestants[0].err, c.contestants[1].err)
	}
	var out strings.Builder
	table := tableOf(c.cell, c.contestants)
	table.print(&out)
	if !strings.Contains(out.String(), "raw fell out: broken") || !math.IsNaN(float64(table.rows[0].P50)) {
		t.Errorf("the table is\n%s", out.String())
	}
	r := &report{Rows: table.rows}
	if err := r.save(t.TempDir() + "/bench.json"); err != nil {
		t.Errorf("figures that are missing cannot be written: %v", err)
	}
}
