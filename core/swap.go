package tenon

import (
	"context"
	"fmt"

	"github.com/tenon-dev/tenon/core/launch"
)

// A SwapMode says in which order [Client.Swap] does things.
type SwapMode uint8

// The modes of a swap.
const (
	// Overlap starts the new process while the old one serves, then moves the calls
	// over, then lets the old one end. Nothing waits. The two run at the same time.
	Overlap SwapMode = iota

	// StopFirst stops the old process before the new one starts, for plugins that
	// hold a lock, a port or a file that only one can have. Calls wait meanwhile.
	StopFirst
)

// Swap lets another process take the plugin's place, most often of another
// release. What was dispensed stays usable: the next call that needs an object
// makes it anew in the new process, with its configuration. No call fails because
// of a swap that ends within StopPolicy.Drain: those in flight end in the old process,
// and those that come meanwhile go to the new one, or wait for it within their context.
// What takes longer fails with [ErrReplaced] then: calls, streams, readers and
// connections, as references to objects of the old process do.
//
// The swap is refused with an [*IncompatibleError] before anything changes when
// the new one lacks something of the services whose objects are in use, as
// [rpc.Compare] finds out. A swap that fails in any way leaves the old process
// serving, or, after StopFirst, another one made as the old one was.
//
// Swap returns when the new process serves and the old one is gone. When ctx ends,
// an old one that still drains is killed. One swap runs at a time; others wait. A
// plugin that was not started yet is started, with launcher. Restarts that come
// later use launcher too.
func (c *Client) Swap(ctx context.Context, launcher launch.Launcher, mode SwapMode) error {
	switch c.made(); {
	case c.invalid != nil:
		return c.invalid
	case launcher == nil:
		return Errorf(InvalidArgument, `tenon: swap: there is no launcher: give one, such as launch.Command("./plugin-v2")`)
	case mode > StopFirst:
		return Errorf(InvalidArgument, "tenon: swap: there is no mode %d: give tenon.Overlap or tenon.StopFirst", mode)
	}
	if err := c.turn.take(ctx); err != nil {
		return waitError(ctx, "wait for another swap or restart", nil)
	}
	defer c.turn.release()
	for {
		s, starting, err := c.beginSwap(ctx, launcher, mode)
		switch {
		case err != nil:
			return err
		case s != nil:
			defer s.end()
			return s.run()
		case starting == nil:
			return c.startWith(ctx, launcher)
		}
		if err := c.await(ctx, starting); ctx.Err() != nil {
			return err
		}
	}
}

// startWith starts a plugin that was never started, with another launcher than it
// was made with.
func (c *Client) startWith(ctx context.Context, launcher launch.Launcher) error {
	l := &c.life
	l.mu.Lock()
	before := l.launcher
	l.launcher = launcher
	l.mu.Unlock()
	err := c.Start(ctx)
	if err != nil {
		l.mu.Lock()
		l.launcher = before
		l.mu.Unlock()
	}
	return err
}

// A swap is one Swap under way. It has the client's turn.
type swap struct {
	c        *Client
	caller   context.Context
	ctx      context.Context // the caller's, and ends when the plugin is stopped
	alive    context.Context // ends when the plugin is stopped
	cancel   context.CancelFunc
	launcher launch.Launcher
	mode     SwapMode
	old      *run // nil where there is none, since the plugin is restarting
	was      Info // of the old one
}

// beginSwap looks what there is to swap: a start that must end first, or neither
// for a plugin that was never started.
func (c *Client) beginSwap(ctx context.Context, launcher launch.Launcher, mode SwapMode) (*swap, *start, error) {
	l := &c.life
	l.mu.Lock()
	defer l.mu.Unlock()
	switch l.state {
	case New:
		return nil, nil, nil
	case Starting:
		l.start.waiting++
		return nil, l.start, nil
	case Draining:
		return nil, nil, Errorf(Unavailable, "swap: %w: it ends in this moment", ErrStopped)
	case Stopped, Crashed:
		return nil, nil, c.gone()
	}
	s := &swap{c: c, caller: ctx, launcher: launcher, mode: mode, old: l.run, was: l.info}
	var stop, cancel context.CancelFunc
	s.alive, stop = context.WithCancel(context.Background())
	s.ctx, cancel = context.WithCancel(ctx)
	detach := context.AfterFunc(s.alive, cancel)
	s.cancel = func() { detach(); cancel(); stop() }
	l.swapping = stop
	return s, nil, nil
}

func (s *swap) end() {
	l := &s.c.life
	l.mu.Lock()
	l.swapping, l.leaving = nil, nil
	l.mu.Unlock()
	s.cancel()
}

// failed says why a swap did.
func (s *swap) failed(err error) error {
	switch {
	case s.alive.Err() != nil:
		return fmt.Errorf("tenon: swap: the plugin was stopped meanwhile: %w", ErrStopped)
	case s.caller.Err() != nil:
		return waitError(s.caller, "swap", nil)
	}
	return fmt.Errorf("tenon: swap: %w", err)
}
