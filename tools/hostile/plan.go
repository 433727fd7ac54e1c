package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// A round is one attack, by one side, over one transport.
type round struct {
	a    attack
	tr   transport.Transport
	side transport.Side
}

// plan returns the rounds of the attacks whose names match want, over the chosen
// transports; with quick over one of them, in turn. Those that wait for a minute are
// patient: they are played beside each other, and alone else.
func plan(want *regexp.Regexp, chosen []transport.Transport, quick bool) (hasty, patient []round) {
	for n, a := range attacks() {
		if !want.MatchString(a.name) {
			continue
		}
		for i, tr := range chosen {
			switch {
			case a.link != nil && i > 0: // before there is a transport
				continue
			case quick && a.link == nil && a.over == "" && i != n%len(chosen):
				continue
			case !strings.HasPrefix(tr.Name(), a.over):
				continue
			}
			for _, side := range []transport.Side{transport.Plugin, transport.Host} {
				switch {
				case a.by(side) && a.waits && side == transport.Host:
					patient = append(patient, round{a, tr, side})
				case a.by(side):
					hasty = append(hasty, round{a, tr, side})
				}
			}
		}
	}
	return hasty, patient
}

// playAll plays the rounds, so many at a time, prints how each went, and returns how many
// failed.
func playAll(ctx context.Context, rounds []round, jobs int, stdout io.Writer, verbose bool) (failed int) {
	next := make(chan round)
	var mu sync.Mutex // guards failed and stdout
	var playing sync.WaitGroup
	for range jobs {
		playing.Go(func() {
			for r := range next {
				text, ok := r.play(ctx, verbose)
				mu.Lock()
				if ctx.Err() == nil {
					io.WriteString(stdout, text)
				}
				if !ok {
					failed++
				}
				mu.Unlock()
			}
		})
	}
	for _, r := range rounds {
		if ctx.Err() == nil {
			next <- r
		}
	}
	close(next)
	playing.Wait()
	return failed
}

// play plays a round, and says how it went.
func (r round) play(ctx context.Context, verbose bool) (text string, ok bool) {
	began := time.Now()
	said, err := attacked(ctx, r.a, r.tr, r.side)
	if err == nil {
		err = said.judge(r.a)
	}
	verdict := "ok"
	if err != nil {
		verdict = "FAILED: " + err.Error()
	}
	if said == nil {
		said = &report{}
	}
	text = fmt.Sprintf("%-22s by a %-6s over %-8s %+4d MiB  %6d calls of others  %4.1f s  %s\n", r.a.name, r.side, r.tr.Name(), (said.Peak-said.Before)>>20, said.Calls, time.Since(began).Seconds(), verdict)
	if verbose {
		text += fmt.Sprintf("%.4000s\n", said.Said)
	}
	return text, err == nil
}

// attacked plays one attack by one side.
func attacked(ctx context.Context, a attack, tr transport.Transport, side transport.Side) (*report, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if side == transport.Host {
		return pluginUnderAttack(ctx, self, a, tr)
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), roleEnv+"=host", attackEnv+"="+a.name, transportEnv+"="+tr.Name(), "GORACE=atexit_sleep_ms=0")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("the host did not survive: %w: %.8000s", err, &errs)
	}
	r := &report{}
	if err := json.Unmarshal(out.Bytes(), r); err != nil {
		return nil, fmt.Errorf("the host's report: %w: %.1000q", err, out.Bytes())
	}
	return r, nil
}
