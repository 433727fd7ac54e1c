package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/tenon-dev/tenon/tools/bench/internal/stats"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// deathName is the work of a plugin that is killed while calls are in flight, and
// deathCalls how many those are.
const (
	deathName  = "death"
	deathCalls = 64
)

// deaths measures how long it takes from the SIGKILL of a plugin until every call
// in flight has failed; of the bare program, fork, exec and wait.
func deaths(ctx context.Context, opts *options, progress *progress) ([]*contestant, error) {
	dir, err := os.MkdirTemp("", "tenon-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var all []*contestant
	var packages []string
	for _, s := range opts.subjects {
		if l := s.Label(); l.Subject == bareName || l.Subject == "tenon" && l.Codec == "cbor" {
			all = append(all, &contestant{subject: s})
			packages = append(packages, modulePath+"/plugins/"+s.Role())
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	if err := build(ctx, dir, packages); err != nil {
		return nil, err
	}
	for round := range opts.rounds + 1 { // round 0 warms up
		for i := range all {
			p := all[(i+round)%len(all)]
			if p.err != nil {
				continue
			}
			progress.say("death, round %d of %d: %v", round, opts.rounds, p.subject.Label())
			var h stats.Histogram
			for range launchesPerRound {
				var took time.Duration
				if took, p.err = death(ctx, p.subject, filepath.Join(dir, p.subject.Role())); p.err != nil {
					break
				}
				h.Add(took)
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if p.err == nil && round > 0 {
				p.p50 = append(p.p50, float64(h.Quantile(0.50)))
				p.p99 = append(p.p99, float64(h.Quantile(0.99)))
				p.perSecond = append(p.perSecond, 1e9/float64(h.Quantile(0.50)))
			}
		}
		for _, p := range all {
			p.missed(round)
		}
	}
	return all, nil
}

func death(ctx context.Context, s subject.Subject, path string) (time.Duration, error) {
	if s.Label().Subject == bareName {
		cmd := exec.CommandContext(ctx, path)
		began := time.Now()
		err := cmd.Run()
		return time.Since(began), err
	}
	start, cancel := context.WithTimeout(ctx, stuckAfter)
	defer cancel()
	session, err := s.Start(start, subject.Program{Path: path})
	if err != nil {
		return 0, err
	}
	defer session.Close()
	failed := make(chan error, deathCalls)
	begun := make(chan struct{}, deathCalls)
	for range deathCalls {
		call, release, err := session.Caller(start, subject.Work{Kind: subject.Hang})
		if err != nil {
			return 0, err
		}
		defer release()
		go func() {
			begun <- struct{}{}
			failed <- call(start)
		}()
	}
	for range deathCalls {
		<-begun
	}
	// The calls are about to be sent: a call that is answered has them all before it.
	call, release, err := session.Caller(start, subject.Work{Size: 1, Data: []byte{1}})
	if err == nil {
		defer release()
		err = call(start)
	}
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := syscall.Kill(session.PID(), syscall.SIGKILL); err != nil {
		return 0, fmt.Errorf("kill the plugin: %w", err)
	}
	for range deathCalls {
		if err := <-failed; err == nil || errors.Is(err, context.DeadlineExceeded) {
			return 0, fmt.Errorf("a call to a plugin that was killed ended with %w", errors.Join(err, errors.New("what is no crash")))
		}
	}
	return time.Since(began), nil
}
