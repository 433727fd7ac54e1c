package tenon

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// RestartPolicy says whether a plugin that crashed is started again. The zero
// value means never. What was dispensed stays usable across restarts: it is made
// anew in the next process, with its configuration, by the next call that needs
// it. Calls in flight fail with the [CrashError]; later ones wait for the next
// process within their context. References, streams and connections of the old
// process fail, and never reach the new one.
type RestartPolicy struct {
	// Max is how many restarts there may be Within a time. Starts that fail count
	// too. When one more is needed the client ends as Crashed. Below zero: any
	// number.
	Max    int
	Within time.Duration // Default: a minute

	// Backoff is how long the first restart waits. Each further one within Within
	// waits twice as long, up to MaxBackoff. A random part of up to a half is taken
	// off, so that many hosts do not restart at the same time. Default: 100 ms and
	// 10 s.
	Backoff, MaxBackoff time.Duration
}

// silenceRestarts are the restarts of a silent plugin where there is no policy.
const silenceRestarts = 5

func (p RestartPolicy) withDefaults() RestartPolicy {
	if p.Within <= 0 {
		p.Within = time.Minute
	}
	if p.Backoff <= 0 {
		p.Backoff = 100 * time.Millisecond
	}
	if p.MaxBackoff <= 0 {
		p.MaxBackoff = max(10*time.Second, p.Backoff)
	}
	return p
}

// next notes a restart at now, and returns how long it waits; false means that
// there were too many. recent are those before, and is what to remember.
func (p RestartPolicy) next(recent []time.Time, now time.Time) (_ []time.Time, delay time.Duration, ok bool) {
	for len(recent) > 0 && now.Sub(recent[0]) >= p.Within {
		recent = recent[1:]
	}
	if p.Max >= 0 && len(recent) >= p.Max {
		return recent, 0, false
	}
	const most = 64 // more change nothing: any delay that is doubled so often is too long
	if p.Max < 0 && len(recent) == most {
		recent = recent[1:]
	}
	delay = p.Backoff
	for i := 0; i < len(recent) && delay < p.MaxBackoff; i++ {
		delay *= 2
	}
	delay = min(delay, p.MaxBackoff)
	delay -= rand.N(delay/2 + 1)
	return append(recent, now), delay, true
}

// A RestartError is why a plugin was given up that was restarted before.
type RestartError struct {
	Restarts int           // how many there were
	Within   time.Duration // in this time
	Err      error         // how the last one ended: a [*CrashError] or a [*StartError]
}

// Error says how often it was restarted, and how the last one ended.
func (e *RestartError) Error() string {
	return fmt.Sprintf("given up after %d restarts within %v: %v", e.Restarts, e.Within, e.Err)
}

// Unwrap returns how the last one ended.
func (e *RestartError) Unwrap() error { return e.Err }

// restarts reports whether the end of r leads to another process.
func (c *Client) restarts(r *run) bool {
	return c.cfg.Restart.Max != 0 || r.silence.Load() && c.cfg.OnSilence == Restart
}

// policy is the one that counts restarts.
func (c *Client) policy() RestartPolicy {
	p := c.cfg.Restart
	if p.Max == 0 { // only silence gets here
		p.Max = silenceRestarts
	}
	return p
}

// givenUp says that there were too many restarts, where there were any. Called
// with life.mu held.
func (c *Client) givenUp(last error) error {
	if len(c.life.restarts) == 0 {
		return last
	}
	return &RestartError{Restarts: len(c.life.restarts), Within: c.policy().Within, Err: last}
}

// beginRestart makes callers wait for the next process, and sees to it, unless the
// policy allows no more. Called with life.mu held, when there is no process.
func (c *Client) beginRestart(cause error) bool {
	l := &c.life
	recent, delay, ok := c.policy().next(l.restarts, time.Now())
	if l.restarts = recent; !ok {
		return false
	}
	l.change(vacated, nil, nil)
	ctx, cancel := context.WithCancel(context.Background())
	s := &start{cancel: cancel, restart: true, cause: cause, done: make(chan struct{})}
	l.start = s
	c.tell(Event{Kind: EventRestarting, Info: l.info, Err: cause, Delay: delay})
	go c.restart(ctx, s, delay)
	return true
}

// restart brings about the next process, unless a swap does. It ends when s is
// settled.
func (c *Client) restart(ctx context.Context, s *start, delay time.Duration) {
	for {
		if !pause(ctx, delay) || c.turn.take(ctx) != nil {
			c.settle(s, nil, ctx.Err()) // stopped, or not needed any more
			return
		}
		again, next := c.tryRestart(ctx, s)
		c.turn.release()
		if !again {
			return
		}
		delay = next
	}
}

// tryRestart makes one attempt, with the turn to make it. It returns whether
// another one is to follow, and after which delay.
func (c *Client) tryRestart(ctx context.Context, s *start) (again bool, delay time.Duration) {
	select {
	case <-s.done: // a swap was there first
		return false, 0
	default:
	}
	r, err := c.launchNext(ctx)
	if err == nil || ctx.Err() != nil {
		c.settle(s, r, err)
		return false, 0
	}
	l := &c.life
	l.mu.Lock()
	defer c.unlock()
	l.restarts, delay, again = c.policy().next(l.restarts, time.Now())
	c.tell(Event{Kind: EventStartFailed, Info: l.info, Err: err, Delay: delay})
	if !again {
		c.settleLocked(s, nil, c.givenUp(err))
	}
	return again, delay
}

// pause waits, and reports whether ctx lived through it.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
