package main

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/tenon-dev/tenon/tools/bench/internal/sidechannel"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// A contestant is one subject in one cell: what it needs to run, and its figures
// of every round. A round that it missed is NaN.
type contestant struct {
	subject subject.Subject
	running *running
	workers []*worker
	err     error // why it runs no more

	p50, p99                 []float64 // ns
	perSecond                []float64
	hostMallocs, peerMallocs []float64 // for each call
	hostBytes, peerBytes     []float64
	rss, binary              []float64 // bytes of the plugin
	hostGoroutines           []float64 // for each plugin
	peerGoroutines           []float64
}

// A contest measures one cell: all its subjects take turns, in an order that
// changes with every round.
type contest struct {
	cell        cell
	rounds      int
	slice       time.Duration
	contestants []*contestant
	progress    *progress
}

// run prepares everybody, warms up, and runs the rounds. A subject that fails
// drops out, and the others go on; its program is closed then.
func (c *contest) run(ctx context.Context) error {
	defer func() {
		for _, p := range c.contestants {
			releaseAll(p.workers)
			p.workers = nil
		}
	}()
	each := func(turn int, f func(*contestant) error) error {
		for i := range c.contestants {
			p := c.contestants[(i+turn)%len(c.contestants)]
			c.progress.step(c.cell, turn, c.rounds, p.subject.Label())
			if p.err == nil {
				if p.err = f(p); p.err != nil && p.running != nil && !p.absent() {
					p.running.close()
				}
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return nil
	}
	err := each(0, func(p *contestant) error {
		if err := c.prepare(ctx, p); err != nil {
			return err
		}
		defer c.rest(p)
		_, err := c.turn(ctx, p, 0, c.slice/2)
		return err
	})
	for round := 1; round <= c.rounds && err == nil; round++ {
		err = each(round, func(p *contestant) error { return c.measure(ctx, p) })
		for _, p := range c.contestants {
			p.missed(round)
		}
	}
	return err
}

// prepare makes a subject's callers, unless they are there still.
func (c *contest) prepare(ctx context.Context, p *contestant) (err error) {
	if p.workers == nil {
		p.workers, err = p.running.workers(ctx, c.cell)
	}
	return err
}

// rest ends what would go on while others are measured.
func (c *contest) rest(p *contestant) {
	if c.cell.pushes() {
		releaseAll(p.workers)
		p.workers = nil
	}
}

// runIn is how long a subject runs before anything counts. What was opened anew has to
// find its pace: gRPC, for example, widens its windows meanwhile.
func (c *contest) runIn() time.Duration {
	if c.cell.pushes() {
		return c.slice / 2
	}
	return c.slice / 10
}

// turn lets one subject run.
func (c *contest) turn(ctx context.Context, p *contestant, runIn, length time.Duration) (s *slice, err error) {
	calls := ctx
	if c.cell.deadline {
		var cancel context.CancelFunc
		calls, cancel = context.WithTimeout(ctx, time.Hour)
		defer cancel()
	}
	err = p.running.guard(ctx, runIn+length, func() error {
		s, err = runSlice(calls, p.workers, runIn, length)
		return err
	})
	return s, err
}

// measure lets one subject run and adds a round to its figures.
func (c *contest) measure(ctx context.Context, p *contestant) error {
	if err := c.prepare(ctx, p); err != nil {
		return err
	}
	defer c.rest(p)
	host := sidechannel.ReadMemory()
	peer, err := p.running.side.Memory()
	if err != nil {
		return err
	}
	s, err := c.turn(ctx, p, c.runIn(), c.slice)
	if err != nil {
		return err
	}
	host = sidechannel.ReadMemory().Since(host)
	after, err := p.running.side.Memory()
	if err != nil {
		return err
	}
	peer = after.Since(peer)
	messages := float64(c.cell.work.Messages())
	n := float64(s.calls) * messages
	p.rss = append(p.rss, residentBytes(p.running.session.PID()))
	p.p50 = append(p.p50, float64(s.seen.Quantile(0.50))/messages)
	p.p99 = append(p.p99, float64(s.seen.Quantile(0.99))/messages)
	p.perSecond = append(p.perSecond, s.perSecond()*messages)
	p.hostMallocs = append(p.hostMallocs, float64(host.Mallocs)/n)
	p.peerMallocs = append(p.peerMallocs, float64(peer.Mallocs)/n)
	p.hostBytes = append(p.hostBytes, float64(host.Bytes)/n)
	p.peerBytes = append(p.peerBytes, float64(peer.Bytes)/n)
	return nil
}

// missed fills in for rounds that gave no figures, so that rounds can be compared.
func (p *contestant) missed(rounds int) {
	for _, list := range []*[]float64{&p.p50, &p.p99, &p.perSecond, &p.hostMallocs, &p.peerMallocs, &p.hostBytes, &p.peerBytes, &p.rss, &p.binary, &p.hostGoroutines, &p.peerGoroutines} {
		for len(*list) < rounds {
			*list = append(*list, math.NaN())
		}
	}
}

// absent reports that the subject has no such thing as is measured.
func (p *contestant) absent() bool { return errors.Is(p.err, subject.ErrNoSuchWork) }

// failures counts those who fell out. Their table says why.
func failures(contestants []*contestant) int {
	n := 0
	for _, p := range contestants {
		if p.err != nil && !p.absent() {
			n++
		}
	}
	return n
}
