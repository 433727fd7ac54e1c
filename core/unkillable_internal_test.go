package tenon

import (
	"bytes"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
)

// deaf is a process that does not end when it is killed.
type deaf struct {
	launch.Process
	err   error // of Kill
	done  chan struct{}
	once  sync.Once
	ended bool // the process has, and only its output is under way
}

func (p *deaf) Kill() error           { return p.err }
func (p *deaf) Done() <-chan struct{} { return p.done }
func (p *deaf) Exit() (e launch.Exit) { e.Exited = p.ended; return e }
func (p *deaf) Release() {
	if !p.ended {
		p.once.Do(func() { close(p.done) })
	}
}

// Who waits for a process that was killed does not wait for ever, whatever holds it.
func TestEndIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		ended bool
		want  time.Duration
		said  bool
	}{
		"held by the system":      {nil, false, killedGrace, true},
		"not to be signalled":     {errors.New("no permission"), false, unkillableGrace, true},
		"only its output is slow": {nil, true, time.Minute, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			p := &deaf{err: c.err, done: make(chan struct{}), ended: c.ended}
			if c.ended {
				time.AfterFunc(time.Minute, func() { close(p.done) })
			}
			began := time.Now()
			(&run{process: p, log: slog.New(slog.NewTextHandler(&log, nil))}).end()
			if took := time.Since(began); took != c.want || (log.Len() > 0) != c.said {
				t.Errorf("%s: after %v the log says %q", name, took, &log)
			}
		})
	}
}
