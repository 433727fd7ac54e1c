package tenon

import (
	"context"
	"fmt"
	"time"
)

// SilencePolicy says what a client does about a plugin whose process gives no sign
// of life: stopped, swapped out, or with a runtime that is stuck. A call that
// takes long is no silence.
type SilencePolicy uint8

// The policies for a silent plugin.
const (
	Report         SilencePolicy = iota // say it in the log, and again when it speaks
	KillWhenSilent                      // kill it: its calls fail with a [CrashError] that says so, and what follows is up to [RestartPolicy]
	Restart                             // the same, and restart it even where there is no RestartPolicy: five times within a minute at most
)

// watchSilence asks the plugin for signs of life until it ends, and does what the
// policy says when none came for cfg.Silence.
func (c *Client) watchSilence(r *run) {
	if r.peer == nil || c.cfg.Silence <= 0 || debugging() {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { // ends with the session
		<-r.peer.Done()
		cancel()
	}()
	answered := make(chan struct{}, 1)
	ask := func() { // one at a time; ends with ctx
		if _, err := r.peer.Ping(ctx); err == nil {
			answered <- struct{}{}
		}
	}
	s := silence{limit: c.cfg.Silence, step: max(c.cfg.Silence/silenceSteps, time.Millisecond), waiting: true}
	ticker := time.NewTicker(s.step)
	defer ticker.Stop()
	last := time.Now()
	go ask()
	for {
		select {
		case <-ctx.Done():
			return
		case <-answered:
			if s.heard() {
				c.report(Event{Kind: EventSpeaking, Info: r.info})
			}
		case now := <-ticker.C:
			pause := now.Sub(last)
			last = now
			switch s.tick(pause) {
			case askAgain:
				go ask()
			case isSilent:
				c.silent(r)
			}
		}
	}
}

// silenceSteps is into how many steps the time of a silence is cut.
const silenceSteps = 8

// silent does what the policy says.
func (c *Client) silent(r *run) {
	c.report(Event{Kind: EventSilent, Info: r.info, Err: fmt.Errorf("it gave no sign of life for %v", c.cfg.Silence)})
	if c.cfg.OnSilence != Report {
		r.silence.Store(true)
		r.process.Kill()
		if !r.exitsWithin(lastWords) { // what keeps it from ending keeps its link open, and calls waiting
			r.link.Close()
		}
	}
}

// report tells what changes no state.
func (c *Client) report(e Event) {
	c.life.mu.Lock()
	defer c.unlock()
	if !c.life.told {
		c.tell(e)
	}
}

// silence counts how long nothing was heard, in steps. A step that took much
// longer than it should was this process's own pause, in which nothing could have
// been heard: it starts the count anew.
type silence struct {
	limit, step time.Duration
	quiet       time.Duration // since an answer, or since a pause of this process
	waiting     bool          // a question is open
	told        bool          // the silence was reported
}

type silenceVerdict uint8

const (
	wait silenceVerdict = iota
	askAgain
	isSilent
)

// heard notes an answer, and reports whether it ends a silence that was reported.
func (s *silence) heard() bool {
	told := s.told
	*s = silence{limit: s.limit, step: s.step}
	return told
}

// tick is called every step, with how long the step really took.
func (s *silence) tick(took time.Duration) silenceVerdict {
	if took > 2*s.step {
		s.quiet = 0
	} else {
		s.quiet += s.step
	}
	switch {
	case !s.waiting:
		s.waiting = true
		return askAgain
	case s.quiet >= s.limit && !s.told:
		s.told = true
		return isSilent
	}
	return wait
}
