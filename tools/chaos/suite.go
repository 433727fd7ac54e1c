package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// A suite does things to plugins, step by step, and stops at the first that does
// not end as it should.
type suite struct {
	self       string // this binary, which plays every role
	counter    counter
	bystanders bystanders
	out        io.Writer
	verbose    bool
	victimEnv  []string // of the victims: for tests of the suite itself

	survived    map[[2]string]int // steps, by fault and transport
	orphansGone []time.Duration   // from the death of a host to the end of its plugins
}

// newSuite returns a suite whose processes have a mark and a folder for temporary
// files.
func newSuite(mark, tmp string) (*suite, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return &suite{
		self:     self,
		counter:  counter{mark: mark, tmp: tmp, ours: map[string]bool{}},
		out:      io.Discard,
		survived: map[[2]string]int{},
	}, nil
}

// seeded decides the order of the steps.
func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// A step is a fault over a transport.
type step struct {
	fault     fault
	transport transport.Transport
}

// steps returns every fault over every transport, in an order that the seed
// decides, again and again.
func steps(faults []fault, over []transport.Transport, r *rand.Rand) func() step {
	var all, left []step
	for _, f := range faults {
		for _, t := range over {
			all = append(all, step{f, t})
		}
	}
	return func() step {
		if len(left) == 0 {
			left = slices.Clone(all)
			r.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
		}
		s := left[0]
		left = left[1:]
		return s
	}
}

// play does steps until the time is over, or so many were done, where most is not
// 0, and returns how many.
func (s *suite) play(ctx context.Context, seed uint64, faults []fault, over []transport.Transport, length time.Duration, most int) (done int, err error) {
	// The first plugin makes the runtime open descriptors of its own, for ever.
	if err := s.cycle(ctx, false, over[0]); err != nil {
		return 0, err
	}
	before := s.counter.count()
	defer func() {
		err = errors.Join(err, s.bystanders.stop())
		clear(s.counter.ours)
		if left := s.counter.settled(before); err == nil && left != nil {
			err = fmt.Errorf("after all %d steps: %w", done, left)
		}
	}()
	if err := s.startBystanders(ctx); err != nil {
		return 0, err
	}
	next := steps(faults, over, seeded(seed))
	until := time.Now().Add(length)
	for ; time.Now().Before(until) && (most == 0 || done < most) && ctx.Err() == nil; done++ {
		st := next()
		began := time.Now()
		if err := s.step(ctx, st, rand.New(rand.NewPCG(seed, uint64(done)+1))); err != nil {
			if ctx.Err() != nil {
				return done, ctx.Err()
			}
			return done, fmt.Errorf("step %d, %s over %s: %w", done+1, st.fault.name, st.transport.Name(), err)
		}
		s.survived[[2]string{st.fault.name, st.transport.Name()}]++
		if s.verbose {
			fmt.Fprintf(s.out, "%4d  %-20s %-9s %6d ms\n", done+1, st.fault.name, st.transport.Name(), time.Since(began).Milliseconds())
		}
	}
	return done, nil
}

// step does one thing to one plugin, ends everything, and looks at what is left.
func (s *suite) step(ctx context.Context, st step, r *rand.Rand) error {
	before := s.counter.baseline()
	c := &scene{run: s, transport: st.transport, rand: r}
	err := st.fault.do(ctx, c)
	if ended := c.end(); err == nil {
		err = ended
	}
	if left := s.counter.settled(before); err == nil {
		err = left
	}
	if err == nil {
		err = s.bystanders.unharmed()
	}
	return err
}

// report prints what was survived, a line for each fault.
func (s *suite) report(faults []fault, over []transport.Transport) {
	tw := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(tw, "survived\t")
	for _, t := range over {
		fmt.Fprintf(tw, "%s\t", t.Name())
	}
	fmt.Fprintln(tw)
	for _, f := range faults {
		fmt.Fprintf(tw, "%s\t", f.name)
		for _, t := range over {
			if n := s.survived[[2]string{f.name, t.Name()}]; n > 0 {
				fmt.Fprintf(tw, "%d\t", n)
			} else {
				fmt.Fprint(tw, "-\t")
			}
		}
		fmt.Fprintln(tw)
	}
	tw.Flush()
	if n := len(s.orphansGone); n > 0 {
		slices.Sort(s.orphansGone)
		fmt.Fprintf(s.out, "after the death of a host nothing of it was left within %v (median), %v at most\n",
			s.orphansGone[n/2].Round(time.Millisecond), s.orphansGone[n-1].Round(time.Millisecond))
	}
}

// choose returns the faults of those names, or whose names begin with one and a
// dash; all where there is no name.
func choose(all []fault, names []string) ([]fault, error) {
	if len(names) == 0 {
		return all, nil
	}
	var chosen []fault
	for _, name := range names {
		found := false
		for _, f := range all {
			if f.name == name || strings.HasPrefix(f.name, name+"-") {
				chosen, found = append(chosen, f), true
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no fault %q: -list shows them", name)
		}
	}
	return chosen, nil
}

// chooseTransports returns those whose names begin with one that is given.
func chooseTransports(all []transport.Transport, names []string) ([]transport.Transport, error) {
	if len(names) == 0 {
		return all, nil
	}
	var chosen []transport.Transport
	for _, name := range names {
		i := slices.IndexFunc(all, func(t transport.Transport) bool { return strings.HasPrefix(t.Name(), name) })
		if i < 0 {
			return nil, fmt.Errorf("there is no transport %q: there are direct, yamux and smux", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
