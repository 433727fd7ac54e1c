package main

import (
	"context"
	"runtime"
	"time"

	"github.com/tenon-dev/tenon/tools/bench/internal/sidechannel"
	"github.com/tenon-dev/tenon/tools/bench/internal/stats"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// settled is how long the number of goroutines must not change before it counts.
const settled = 50 * time.Millisecond

// idles counts the goroutines that a plugin costs after a call, when nothing is
// going on: in the host, and in the plugin.
func idles(ctx context.Context, opts *options, hub *sidechannel.Hub, progress *progress) ([]*contestant, error) {
	var all []*contestant
	for _, s := range opts.subjects {
		if l := s.Label(); onlyCalls(s) || l.Subject == bareName || l.Subject == gpAutoMTLSName || l.Codec != "" && l.Codec != codecList()[0] {
			continue
		}
		progress.say("idle: %v", s.Label())
		p := &contestant{subject: s}
		all = append(all, p)
		before := steady(ctx, runtime.NumGoroutine)
		r, err := start(ctx, hub, s, 0)
		if err == nil {
			err = idle(ctx, r, p, before)
			r.close()
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p.err = err
		p.missed(1)
	}
	return all, nil
}

// idle makes one call, and counts what is left of it.
func idle(ctx context.Context, r *running, p *contestant, before int) error {
	return r.guard(ctx, 0, func() error {
		call, release, err := r.session.Caller(ctx, smallWork(subject.Echo))
		if err == nil {
			err = call(ctx)
			release()
		}
		if err != nil {
			return err
		}
		host := steady(ctx, runtime.NumGoroutine)
		peer := steady(ctx, func() int {
			m, merr := r.side.Memory()
			if merr != nil {
				err = merr
			}
			return m.Goroutines
		})
		// One of the plugin's goroutines answers here.
		p.hostGoroutines = append(p.hostGoroutines, float64(host-before))
		p.peerGoroutines = append(p.peerGoroutines, float64(peer-1))
		return err
	})
}

// steady returns a number that has not changed for a while.
func steady(ctx context.Context, read func() int) int {
	t := time.NewTicker(settled / 10)
	defer t.Stop()
	n, since := read(), time.Now()
	for time.Since(since) < settled {
		select {
		case <-t.C:
		case <-ctx.Done():
			return n
		}
		if now := read(); now != n {
			n, since = now, time.Now()
		}
	}
	return n
}

// idleTable shows the goroutines.
func idleTable(contestants []*contestant) *table {
	t := &table{title: "goroutines while nothing is going on", columns: []column{
		{"host, for each plugin", "host_goroutines", 1, false, 0},
		{"plugin", "plugin_goroutines", 1, false, 0},
	}}
	for _, p := range contestants {
		label := p.subject.Label()
		t.add(row{Work: idleName, Subject: label.Subject, Transport: label.Transport, Codec: label.Codec}, p, map[string]stats.Spread{
			"host_goroutines":   stats.Over(p.hostGoroutines),
			"plugin_goroutines": stats.Over(p.peerGoroutines),
		})
	}
	return t
}
