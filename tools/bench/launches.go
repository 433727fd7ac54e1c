package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/tenon-dev/tenon/tools/bench/internal/stats"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// launchesPerRound is how often each subject is launched in one round.
const launchesPerRound = 5

// modulePath is where the programs under plugins belong.
const modulePath = "github.com/tenon-dev/tenon/tools/bench"

// launches measures how long it takes from nothing to the first reply, and from
// there to the end of the process. The programs are small ones, built for this:
// nobody pays for what others link.
func launches(ctx context.Context, opts *options, progress *progress) (launched, stopped []*contestant, err error) {
	dir, err := os.MkdirTemp("", "tenon-bench-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	var subjects []subject.Subject
	var packages []string
	for _, s := range opts.subjects {
		if p := program(s); p != "" {
			subjects = append(subjects, s)
			packages = append(packages, modulePath+"/plugins/"+p)
		}
	}
	if len(subjects) == 0 {
		return nil, nil, nil
	}
	progress.say("launch: building %d programs", len(subjects))
	if err := build(ctx, dir, packages); err != nil {
		return nil, nil, err
	}
	small, err := subject.ParseWork("64B")
	if err != nil {
		return nil, nil, err
	}
	for _, s := range subjects {
		launched = append(launched, &contestant{subject: s})
		stopped = append(stopped, &contestant{subject: s})
	}
	for round := range opts.rounds + 1 { // round 0 warms up
		for i := range subjects {
			i = (i + round) % len(subjects)
			if launched[i].err != nil {
				continue
			}
			progress.say("launch, round %d of %d: %v", round, opts.rounds, subjects[i].Label())
			f, err := launchSome(ctx, subjects[i], filepath.Join(dir, program(subjects[i])), small)
			if ctx.Err() != nil {
				return nil, nil, ctx.Err()
			}
			if launched[i].err = err; err == nil && round > 0 {
				f.addTo(launched[i], stopped[i])
			}
		}
		for i := range subjects {
			launched[i].missed(round)
			stopped[i].missed(round)
		}
	}
	return launched, stopped, nil
}

// program is the folder of a subject's program, "" where it has none: of codecs there is
// cbor over all transports, and json where that is what the core module has alone.
func program(s subject.Subject) string {
	l := s.Label()
	switch {
	case onlyCalls(s):
		return ""
	case l.Codec == "" || l.Codec == "cbor":
		return s.Role()
	case l.Codec == "json" && l.Transport == "direct":
		return "tenon-core"
	}
	return ""
}

// build builds programs into a folder.
func build(ctx context.Context, dir string, packages []string) error {
	cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-o", dir + string(filepath.Separator)}, packages...)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as plugins are built that are shipped
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the programs to launch: %w\n%srun the benchmark in the folder tools/bench with GOWORK=off, or leave launch out of -work", err, out)
	}
	return nil
}

// launchFigures are those of one subject in one round.
type launchFigures struct {
	launch, stop stats.Histogram
	rss          []float64
	binary       float64
}

func (f *launchFigures) addTo(launched, stopped *contestant) {
	add := func(p *contestant, h *stats.Histogram) {
		p.p50 = append(p.p50, float64(h.Quantile(0.50)))
		p.p99 = append(p.p99, float64(h.Quantile(0.99)))
		p.perSecond = append(p.perSecond, 1e9/float64(h.Quantile(0.50)))
	}
	add(launched, &f.launch)
	add(stopped, &f.stop)
	launched.rss = append(launched.rss, stats.Over(f.rss).Median)
	launched.binary = append(launched.binary, f.binary)
}

// launchSome launches and stops one program a few times.
func launchSome(ctx context.Context, s subject.Subject, path string, w subject.Work) (*launchFigures, error) {
	f := new(launchFigures)
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	f.binary = float64(info.Size())
	for range launchesPerRound {
		began := time.Now()
		start, cancel := context.WithTimeout(ctx, stuckAfter)
		session, err := s.Start(start, subject.Program{Path: path})
		cancel()
		if err != nil {
			return nil, err
		}
		r := &running{session: session}
		err = r.guard(ctx, 0, func() error {
			_, release, err := session.Caller(ctx, w)
			if err == nil {
				release()
			}
			return err
		})
		if err != nil && !errors.Is(err, subject.ErrNoCalls) {
			r.close()
			return nil, err
		}
		replied := time.Now()
		f.launch.Add(replied.Sub(began))
		if rss := residentBytes(session.PID()); !math.IsNaN(rss) {
			f.rss = append(f.rss, rss)
		}
		stopping := time.Now()
		r.close()
		f.stop.Add(time.Since(stopping))
	}
	return f, nil
}
