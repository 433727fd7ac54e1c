package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/tenon-dev/tenon/tools/bench/internal/stats"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// manyRounds bounds the rounds of a contest with many plugins: each launches all
// of them.
const manyRounds = 3

// manyPlugins lets every subject have so many plugins at a time, and one caller for
// each of them. The programs are the small ones that launches have.
func manyPlugins(ctx context.Context, opts *options, n int, progress *progress) ([]*contestant, error) {
	dir, err := os.MkdirTemp("", "tenon-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var all []*contestant
	var packages []string
	for _, s := range opts.subjects {
		if l := s.Label(); onlyCalls(s) || l.Subject == bareName || l.Subject == gpAutoMTLSName || l.Codec != "" && l.Codec != "cbor" {
			continue
		}
		all = append(all, &contestant{subject: s})
		packages = append(packages, modulePath+"/plugins/"+s.Role())
	}
	if len(all) == 0 {
		return nil, nil
	}
	progress.say("plugins: building %d programs", len(all))
	if err := build(ctx, dir, packages); err != nil {
		return nil, err
	}
	rounds := min(opts.rounds, manyRounds)
	for round := range rounds {
		for i := range all {
			p := all[(i+round)%len(all)]
			if p.err != nil {
				continue
			}
			progress.say("%d plugins, round %d of %d: %v", n, round+1, rounds, p.subject.Label())
			p.err = p.many(ctx, filepath.Join(dir, p.subject.Role()), n, opts.slice)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
		for _, p := range all {
			p.missed(round + 1)
		}
	}
	return all, nil
}

// many launches n plugins, lets one caller of each call for a while, and ends them.
func (p *contestant) many(ctx context.Context, path string, n int, length time.Duration) error {
	before := runtime.NumGoroutine()
	var plugins []*running
	var workers []*worker
	defer func() {
		releaseAll(workers)
		for _, r := range plugins {
			r.close()
		}
	}()
	for range n {
		start, cancel := context.WithTimeout(ctx, stuckAfter)
		session, err := p.subject.Start(start, subject.Program{Path: path})
		cancel()
		if err != nil {
			return fmt.Errorf("plugin %d of %d: %w", len(plugins)+1, n, err)
		}
		r := &running{session: session}
		plugins = append(plugins, r)
		w, err := r.workers(ctx, cell{work: smallWork(subject.Echo), callers: 1})
		if err != nil {
			return fmt.Errorf("plugin %d of %d: %w", len(plugins), n, err)
		}
		workers = append(workers, w...)
	}
	goroutines := float64(runtime.NumGoroutine()-before) / float64(n)
	// Any of them may be the one that is stuck.
	guarded, cancel := context.WithTimeout(ctx, length+stuckAfter)
	defer cancel()
	defer context.AfterFunc(guarded, func() {
		for _, r := range plugins {
			r.close()
		}
	})()
	s, err := runSlice(ctx, workers, length/10, length)
	if err != nil {
		return err
	}
	var rss []float64
	for _, r := range plugins {
		rss = append(rss, residentBytes(r.session.PID()))
	}
	p.p50 = append(p.p50, float64(s.seen.Quantile(0.50)))
	p.p99 = append(p.p99, float64(s.seen.Quantile(0.99)))
	p.perSecond = append(p.perSecond, s.perSecond())
	p.rss = append(p.rss, stats.Over(rss).Median)
	p.hostGoroutines = append(p.hostGoroutines, goroutines)
	return nil
}

// pluginsTable shows what so many plugins at a time do, and cost.
func pluginsTable(n int, contestants []*contestant) *table {
	t := &table{title: fmt.Sprintf("plugins: %d, one caller of 64B each", n), columns: []column{
		{"p50 µs", "p50_ns", 1e3, true, 2},
		{"p99 µs", "p99_ns", 1e3, false, 1},
		{"calls/s", "per_second", 1, true, 0},
		{"RSS MB of each", "rss_bytes", 1e6, false, 1},
		{"host's goroutines for each", "host_goroutines", 1, false, 1},
		{"× gp-grpc", "times_gp_grpc", 1, true, 2},
		{"× gp-netrpc", "times_gp_netrpc", 1, true, 2},
	}}
	netRPC, grpc := find(contestants, gpNetRPCName), find(contestants, gpGRPCName)
	for _, p := range contestants {
		label := p.subject.Label()
		t.add(row{Work: pluginsName, Size: "64B", Callers: n, Subject: label.Subject, Transport: label.Transport, Codec: label.Codec}, p, map[string]stats.Spread{
			"p50_ns":          stats.Over(p.p50),
			"p99_ns":          stats.Over(p.p99),
			"per_second":      stats.Over(p.perSecond),
			"rss_bytes":       stats.Over(p.rss),
			"host_goroutines": stats.Over(p.hostGoroutines),
			"times_gp_grpc":   stats.Ratios(p.perSecond, grpc.perSecond),
			"times_gp_netrpc": stats.Ratios(p.perSecond, netRPC.perSecond),
		})
	}
	return t
}
