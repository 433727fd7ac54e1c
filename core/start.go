package tenon

import (
	"context"
	"fmt"
)

// ready returns the running plugin, and starts it when it was never started.
func (c *Client) ready(ctx context.Context) (*run, error) {
	if c.invalid != nil {
		return nil, c.invalid
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("tenon: start the plugin: %w", err)
	}
	l := &c.life
	l.mu.Lock()
	switch l.change(begin, nil, nil) {
	case New:
		c.begin()
	case Ready:
		defer l.mu.Unlock()
		return l.run, nil
	case Draining:
		defer l.mu.Unlock()
		return nil, Errorf(Unavailable, "the plugin is being stopped")
	case Stopped, Crashed:
		defer l.mu.Unlock()
		return nil, c.gone()
	}
	s := l.start
	s.waiting++
	l.mu.Unlock()

	select {
	case <-s.done:
	case <-ctx.Done():
		l.mu.Lock()
		if s.waiting--; s.waiting == 0 {
			s.cancel()
		}
		l.mu.Unlock()
		return nil, fmt.Errorf("tenon: start the plugin: %w", context.Cause(ctx))
	}
	if s.err != nil {
		return nil, s.err
	}
	return c.current()
}

// begin starts an attempt. Called with life.mu held.
func (c *Client) begin() {
	ctx, cancel := context.WithCancel(context.Background())
	if !debugging() && c.cfg.StartTimeout > 0 {
		ctx, cancel = context.WithTimeoutCause(context.Background(), c.cfg.StartTimeout, fmt.Errorf("it was not ready within %v: %w", c.cfg.StartTimeout, context.DeadlineExceeded))
	}
	s := &start{cancel: cancel, done: make(chan struct{})}
	c.life.start = s
	generation := c.life.generation
	go c.attempt(ctx, s, generation)
}

// attempt makes one start. Stop waits for it, as do those who need the plugin.
func (c *Client) attempt(ctx context.Context, s *start, generation uint64) {
	defer s.cancel()
	r, err := c.launch(ctx, generation)
	l := &c.life
	l.mu.Lock()
	defer l.mu.Unlock()
	l.start = nil
	if err != nil {
		s.err = err
		if l.change(failed, nil, err) == Draining {
			s.err = fmt.Errorf("tenon: the plugin was stopped while it started: %w", ErrStopped)
		}
		close(s.done)
		return
	}
	if l.change(succeeded, r, nil) == Draining {
		s.err = fmt.Errorf("tenon: the plugin was stopped while it started: %w", ErrStopped)
	}
	close(s.done)
	go c.watch(r)
	go c.watchSilence(r)
}

// watch notices the end of a plugin. It ends with it.
func (c *Client) watch(r *run) {
	err := r.wait()
	c.life.mu.Lock()
	defer c.life.mu.Unlock()
	if c.life.change(ended, nil, err) == Ready {
		c.cfg.Logger.Error("the plugin crashed", "plugin", r.info.Path, "error", err)
	}
}
