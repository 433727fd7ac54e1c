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
	l := &c.life
	l.mu.Lock()
	before := l.change(stopping, nil, nil)
	s := l.start
	l.mu.Unlock()
	switch before {
	case Starting:
		s.cancel()
		<-s.done // bounded: a start that was cancelled kills what it has
	case Ready:
	default: // somebody else stops it, or there is nothing to stop
		return c.stopped(ctx)
	}
	l.mu.Lock()
	r := l.run
	l.mu.Unlock()
	if r != nil {
		r.stop(ctx, c.cfg.Stop)
	}
	<-l.ended
	return nil
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

// Kill ends the plugin at once, and what it started, and returns when it is gone.
func (c *Client) Kill() {
	l := &c.life
	l.mu.Lock()
	l.change(stopping, nil, nil)
	s := l.start
	l.mu.Unlock()
	if s != nil {
		s.cancel()
		<-s.done
	}
	l.mu.Lock()
	r := l.run
	l.mu.Unlock()
	if r != nil {
		r.process.Kill()
		r.close()
	}
	<-l.ended
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
	r.process.Kill()
	<-r.process.Done()
}

// close ends the connection.
func (r *run) close() {
	if r.foreign != nil {
		r.foreign.Close()
	} else {
		r.peer.Close()
	}
}

func (r *run) shutdown(ctx context.Context) {
	if r.foreign != nil {
		r.foreign.Shutdown(ctx)
	} else {
		r.peer.Shutdown(ctx)
	}
}

// gone waits for the end of the process, for d or until ctx ends.
func (r *run) gone(ctx context.Context, d time.Duration) bool {
	var over <-chan time.Time // never, while somebody may look at the plugin in a debugger
	if !debugging() {
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
