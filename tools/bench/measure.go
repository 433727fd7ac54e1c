package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/tenon-dev/tenon/tools/bench/internal/sidechannel"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// measure does what the options ask for, prints each table as soon as it is
// there, and returns the report, also of a run that was interrupted. Everything
// that was started is gone when it returns.
func measure(ctx context.Context, opts *options, stdout, stderr io.Writer) (*report, error) {
	rep := newReport(opts)
	rep.printHead(stdout)
	if opts.list {
		return nil, nil
	}
	hub, err := sidechannel.NewHub()
	if err != nil {
		return nil, err
	}
	defer hub.Close()
	e := &ensemble{hub: hub, running: map[subject.Label]*running{}}
	defer e.close()
	progress := newProgress(stderr, opts)

	fell := 0
	for _, c := range opts.cells {
		contest := &contest{cell: c, rounds: opts.rounds, slice: opts.slice, progress: progress}
		contest.contestants = e.contestants(ctx, opts.subjects)
		err := profiled(opts.profile, contest, func() error { return contest.run(ctx) })
		e.forget(contest.contestants)
		progress.clear()
		if err != nil {
			return rep, err
		}
		fell += failures(contest.contestants)
		rep.add(stdout, tableOf(c, contest.contestants))
	}
	e.close() // launches want the machine for themselves
	if opts.launch {
		launched, stopped, err := launches(ctx, opts, progress)
		progress.clear()
		if err != nil {
			return rep, err
		}
		fell += failures(launched)
		rep.add(stdout, launchTable("launch", launched), launchTable("stop", stopped))
	}
	if opts.death {
		died, err := deaths(ctx, opts, progress)
		progress.clear()
		if err != nil {
			return rep, err
		}
		fell += failures(died)
		rep.add(stdout, launchTable(deathName, died))
	}
	if opts.bars {
		if short := judge(stdout, rep.Rows); short > 0 {
			return rep, fmt.Errorf("%d bars fall short: the last table says which", short)
		}
	}
	if fell > 0 {
		return rep, fmt.Errorf("%d times a subject fell out: the tables say why", fell)
	}
	return rep, nil
}

// ensemble holds the programs that run, from cell to cell.
type ensemble struct {
	hub     *sidechannel.Hub
	running map[subject.Label]*running
}

// contestants returns everybody who answers calls, and starts who does not run.
func (e *ensemble) contestants(ctx context.Context, subjects []subject.Subject) []*contestant {
	var all []*contestant
	for _, s := range subjects {
		if name := s.Label().Subject; name == bareName || name == gpAutoMTLSName {
			continue // these are only launched
		}
		p := &contestant{subject: s, running: e.running[s.Label()]}
		if p.running == nil {
			if p.running, p.err = start(ctx, e.hub, s); p.err == nil {
				e.running[s.Label()] = p.running
			}
		}
		all = append(all, p)
	}
	return all
}

// forget drops the programs of subjects that failed: the next cell starts them
// anew.
func (e *ensemble) forget(contestants []*contestant) {
	for _, p := range contestants {
		if p.err != nil && !p.absent() {
			delete(e.running, p.subject.Label())
		}
	}
}

func (e *ensemble) close() {
	for label, r := range e.running {
		r.close()
		delete(e.running, label)
	}
}

// profiled runs f with CPU profiles of both sides, if a prefix is given.
func profiled(prefix string, c *contest, f func() error) (err error) {
	if prefix == "" || len(c.contestants) != 1 || c.contestants[0].err != nil {
		return f()
	}
	name := fmt.Sprintf("%s.%v.%d", prefix, c.cell.work, c.cell.callers)
	side := c.contestants[0].running.side
	if err := side.StartProfile(name + ".plugin.pprof"); err != nil {
		return err
	}
	stop, err := startHostProfile(name + ".host.pprof")
	if err != nil {
		return err
	}
	err = f()
	return errors.Join(err, stop(), side.StopProfile())
}
