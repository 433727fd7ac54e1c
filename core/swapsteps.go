package tenon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
)

// probeTimeout bounds how long a new binary may take to say what it serves before
// the old process is stopped: one that waits for the lock which the old one holds
// never does.
const probeTimeout = 5 * time.Second

// run goes through the steps of a swap.
func (s *swap) run() error {
	if s.mode == StopFirst && s.old != nil {
		return s.stopFirst()
	}
	next, err := s.launch(s.ctx, s.launcher)
	if err != nil {
		return s.failed(err)
	}
	if err := s.c.compatible(s.ctx, s.old, s.was, next); err != nil {
		next.discard(s.ctx, s.c.cfg.Stop)
		return s.failed(err)
	}
	return s.install(next)
}

// stopFirst asks the new binary what it serves, where that is possible while the
// old process runs, then stops the one and starts the other.
func (s *swap) stopFirst() error {
	if err := s.probe(); err != nil {
		return s.failed(err)
	}
	if err := s.vacate(); err != nil {
		return s.failed(err)
	}
	next, err := s.launch(s.ctx, s.launcher)
	if err == nil {
		if err = s.c.compatible(s.ctx, nil, s.was, next); err == nil {
			return s.install(next)
		}
		next.discard(s.ctx, s.c.cfg.Stop)
	}
	s.goBack(err)
	return s.failed(err)
}

// probe starts the new binary and asks what it serves. One that ends or does not
// get ready may want what the old one still has: then the answer comes later.
func (s *swap) probe() error {
	limit := probeTimeout
	if t := s.c.cfg.StartTimeout; t > 0 {
		limit = min(limit, t)
	}
	next, err := s.c.launchWithin(s.ctx, limit, launching{launcher: s.launcher, probe: true})
	var refused *launch.StartError
	var handshake *HandshakeError
	switch {
	case err == nil:
		defer next.discard(s.ctx, s.c.cfg.Stop)
		return s.c.compatible(s.ctx, s.old, s.was, next)
	case s.ctx.Err() != nil, errors.As(err, &refused), errors.As(err, &handshake):
		return err
	}
	s.c.cfg.Logger.Warn("swap: the new plugin does not get ready beside the old one; it is tried again when that has stopped", "error", err)
	return nil
}

// vacate makes callers wait for the next process, and stops the old one. A plugin
// that has crashed meanwhile is restarting already.
func (s *swap) vacate() error {
	l := &s.c.life
	l.mu.Lock()
	s.old = l.run
	switch l.state {
	case Restarting:
	case Ready:
		l.leaving = s.old
		l.change(vacated, nil, nil)
		_, cancel := context.WithCancel(s.alive)
		l.start = &start{cancel: cancel, restart: true, done: make(chan struct{})}
	default:
		defer l.mu.Unlock()
		return s.c.ending()
	}
	l.mu.Unlock()
	if s.old != nil {
		s.old.retire(s.caller, s.c.cfg.Stop)
	}
	return nil
}

// launch starts a process with a generation of its own.
func (s *swap) launch(ctx context.Context, launcher launch.Launcher) (*run, error) {
	l := &s.c.life
	l.mu.Lock()
	l.generation++
	how := launching{launcher: launcher, generation: l.generation}
	l.mu.Unlock()
	return s.c.launchWithin(ctx, s.c.cfg.StartTimeout, how)
}

// install makes next the process that serves, and stops the one that did, if there
// is one still.
func (s *swap) install(next *run) error {
	l := &s.c.life
	l.mu.Lock()
	var old *run
	switch l.state {
	case Restarting:
		l.launcher = s.launcher
		s.c.tell(Event{Kind: EventReplaced, Info: s.was})
		s.c.settleLocked(l.start, next, nil)
	case Ready:
		old = l.run
		l.launcher, l.leaving = s.launcher, old
		s.c.tell(Event{Kind: EventReplaced, Info: old.info})
		l.change(succeeded, next, nil)
		s.c.attend(next)
	default:
		err := s.c.ending()
		if gap := l.start; gap != nil { // nobody else ends it
			s.c.settleLocked(gap, nil, err)
		}
		s.c.unlock()
		next.discard(s.ctx, s.c.cfg.Stop)
		return s.failed(err)
	}
	s.c.unlock()
	if old != nil {
		old.retire(s.caller, s.c.cfg.Stop)
	}
	return nil
}

// goBack starts another process as the old one was, after the new one failed.
func (s *swap) goBack(why error) {
	l := &s.c.life
	l.mu.Lock()
	before, gap := l.launcher, l.start
	l.mu.Unlock()
	if s.old == nil { // it crashed by itself: a restart sees to it
		return
	}
	r, err := s.launch(s.alive, before)
	l.mu.Lock()
	defer s.c.unlock()
	if err == nil || l.state != Restarting {
		s.c.settleLocked(gap, r, err)
		return
	}
	err = fmt.Errorf("neither the new plugin starts (%w), nor the old one again: %w", why, err)
	if s.c.cfg.Restart.Max == 0 || !s.c.beginRestart(err) {
		s.c.settleLocked(gap, nil, s.c.givenUp(err))
		return
	}
	gap.settled = true // its callers wait for the restart
	gap.cancel()
	close(gap.done)
}
