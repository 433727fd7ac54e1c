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
		contest.contestants = e.contestants(ctx, opts, c)
		err := profiled(opts.profile, contest, func() error { return contest.run(ctx) })
		e.forget(contest.contestants)
		progress.clear()
		if err != nil {
			return rep, err
		}
		fell += failures(contest.contestants)
		t := tableOf(c, contest.contestants)
		t.compareWithOwn(rep.Rows)
		rep.add(stdout, t)
	}
	e.close() // what follows wants the machine for itself
	n, err := processes(ctx, opts, hub, progress, func(tables ...*table) { rep.add(stdout, tables...) })
	progress.clear()
	if fell += n; err != nil {
		return rep, err
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

// processes measures what is not about calls: whole processes, and their ends. It
// returns how many subjects fell out.
func processes(ctx context.Context, opts *options, hub *sidechannel.Hub, progress *progress, add func(...*table)) (fell int, err error) {
	if len(opts.plugins) > 0 {
		for _, n := range opts.plugins {
			many, err := manyPlugins(ctx, opts, n, progress)
			progress.clear()
			if err != nil {
				return fell, err
			}
			fell += failures(many)
			add(pluginsTable(n, many))
		}
	}
	if opts.idle {
		still, err := idles(ctx, opts, hub, progress)
		progress.clear()
		if err != nil {
			return fell, err
		}
		fell += failures(still)
		add(idleTable(still))
	}
	if opts.launch {
		launched, stopped, err := launches(ctx, opts, progress)
		progress.clear()
		if err != nil {
			return fell, err
		}
		fell += failures(launched)
		add(launchTable(launchName, launched), launchTable("stop", stopped))
	}
	if opts.death {
		died, err := deaths(ctx, opts, progress)
		progress.clear()
		if err != nil {
			return fell, err
		}
		fell += failures(died)
		add(launchTable(deathName, died))
	}
	return fell, nil
}

// ensemble holds the programs that run, from cell to cell.
type ensemble struct {
	hub     *sidechannel.Hub
	running map[subject.Label]*running
	streams int // for which they were started
}

// contestants returns everybody who answers the calls of c, and starts who does not
// run.
func (e *ensemble) contestants(ctx context.Context, opts *options, c cell) []*contestant {
	if e.streams != c.streams() {
		e.close()
		e.streams = c.streams()
	}
	var all []*contestant
	for _, s := range opts.subjects {
		if name := s.Label().Subject; name == bareName || name == gpAutoMTLSName || !opts.takesPart(s, c) {
			continue // the first two are only launched
		}
		p := &contestant{subject: s, running: e.running[s.Label()]}
		if p.running == nil {
			if p.running, p.err = start(ctx, e.hub, s, e.streams); p.err == nil {
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
