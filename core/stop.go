package tenon

import (
	"context"
	"time"
)

// Stop stops the plugin: it lets the calls in flight end, asks the plugin to end,
// then requests termination, then kills it, each step within the times of
// [StopPolicy]. When ctx ends, the rest of the steps is left out and it is killed.
// It returns when the process is gone, and always nil. Stopping what was stopped, or crashed, or
// never started, is fine; then the client cannot be started any more.
func (c *Client) Stop(ctx context.Context) error {
	if ctx == nil { // later it would leave a plugin behind that nobody stops any more
		panic("tenon: Client.Stop: nil context")
	}
	before, s, _ := c.stopping()
	switch before {
	case Starting, Ready, Restarting:
	default: // somebody else stops it, or there is nothing to stop
		return c.stopped(ctx)
	}
	if s != nil {
		<-s.done // bounded: a start that was given up kills what it has
	}
	if !c.swapOver(ctx) {
		c.Kill()
		return nil
	}
	c.life.mu.Lock()
	r := c.life.run
	c.life.mu.Unlock()
	if r != nil {
		r.stop(ctx, c.cfg.Stop)
	}
	<-c.life.ended
	return nil
}

// stopping begins the end, and gives up what would make another process. It
// returns the state before, the start that callers wait for, and the processes
// that there are.
func (c *Client) stopping() (State, *start, []*run) {
	c.made()
	c.noteCrash()
	l := &c.life
	l.mu.Lock()
	defer c.unlock()
	before := l.change(stopping, nil, nil)
	c.tellEnd()
	if l.start != nil {
		l.start.cancel()
	}
	if l.swapping != nil {
		l.swapping()
	}
	var all []*run
	for _, r := range []*run{l.run, l.leaving} {
		if r != nil {
			all = append(all, r)
		}
	}
	return before, l.start, all
}

// noteCrash waits, where the plugin has crashed already, until the client has taken note of
// that. Calls are told of a crash a moment sooner, and a host that closes the client when one
// fails would else put its stop in the crash's place: for Err, for the events and in the log.
// How a crash is explained is bounded, and so is this.
func (c *Client) noteCrash() {
	l := &c.life
	l.mu.Lock()
	r := l.run
	serves := l.state == Ready
	l.mu.Unlock()
	if serves && r != nil && r.ending() {
		<-r.over
	}
}

// swapOver waits, after stopping, until no swap is under way; false means that ctx
// ended first.
func (c *Client) swapOver(ctx context.Context) bool {
	select {
	case c.turn <- struct{}{}: // also when ctx has ended already
	default:
		if c.turn.take(ctx) != nil {
			return false
		}
	}
	c.turn.release()
	return true
}

// stopped waits for the end, which somebody else brings about.
func (c *Client) stopped(ctx context.Context) error {
	select {
	case <-c.life.ended:
		return nil
	case <-ctx.Done():
		c.Kill()
		return nil
	}
}

// Close stops the plugin within the times of [StopPolicy]. Calling it again is
// fine.
func (c *Client) Close() error { return c.Stop(context.Background()) }

// Kill ends the plugin at once, and what it started, and returns when it is gone. One that
// the system holds is left to itself after ten seconds.
func (c *Client) Kill() {
	_, s, all := c.stopping()
	for _, r := range all {
		r.kill()
	}
	for _, r := range all {
		r.end()
	}
	if s != nil {
		<-s.done
	}
	c.swapOver(context.Background())
	c.life.mu.Lock()
	r := c.life.run // a start may have succeeded in the last moment
	c.life.mu.Unlock()
	if r != nil {
		r.kill()
		r.end()
	}
	<-c.life.ended
}

// discard stops a process that never served.
func (r *run) discard(ctx context.Context, policy StopPolicy) {
	r.stop(ctx, policy)
	r.abandon()
}

// kill ends the process at once, and end waits for that. The session is ended first, so that
// nobody takes it for a crash.
func (r *run) kill() {
	if r.peer != nil {
		r.peer.Abort(ErrStopped)
	}
	r.process.Kill()
	r.close()
}

// retire stops a process whose place another one has taken, when what runs there
// has ended.
func (r *run) retire(ctx context.Context, policy StopPolicy) {
	r.replaced.Store(true)
	r.peer.Retire()
	if policy.Drain > 0 {
		drain, cancel := bounded(ctx, policy.Drain)
		r.peer.AwaitIdle(drain) // what goes on after that is cut off
		cancel()
	}
	r.stop(ctx, policy)
	<-r.over
}

// stop goes down the ladder until the process is gone.
func (r *run) stop(ctx context.Context, policy StopPolicy) {
	if policy.Drain > 0 {
		drain, cancel := bounded(ctx, policy.Drain)
		r.shutdown(drain)
		cancel()
	}
	r.close()
	if r.info.PID == 0 { // nothing that could exit by itself
		r.process.Terminate()
	}
	if r.gone(ctx, policy.Exit) {
		return
	}
	r.process.Terminate()
	if r.gone(ctx, policy.Terminate) {
		return
	}
	r.end()
}

// close ends the connection.
func (r *run) close() {
	switch {
	case r.foreign != nil:
		r.foreign.Close()
	case r.replaced.Load():
		r.peer.CloseBecause(ErrReplaced)
	default:
		r.peer.CloseBecause(ErrStopped)
	}
}

func (r *run) shutdown(ctx context.Context) {
	if r.foreign != nil {
		r.foreign.Shutdown(ctx)
	} else {
		r.peer.ShutdownBecause(ctx, ErrStopped)
	}
}

// gone waits for the end of the process, for d or until ctx ends.
func (r *run) gone(ctx context.Context, d time.Duration) bool {
	var over <-chan time.Time // never, while somebody may look at the plugin in a debugger
	if !debugging() || d < 0 {
		timer := time.NewTimer(max(d, 0))
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-r.process.Done():
		return true
	case <-over:
	case <-ctx.Done():
	}
	select {
	case <-r.process.Done():
		return true
	default:
		return false
	}
}

// bounded returns ctx with a timeout, but for a process that somebody may look at
// in a debugger.
func bounded(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if debugging() {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}
