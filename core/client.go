package tenon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A Client runs one plugin for a host. Make it with [NewClient]: its zero value starts
// nothing, and says so. All methods may be called by any number of goroutines at any time,
// also while it starts.
type Client struct {
	cfg     ClientConfig
	drivers drivers
	invalid error // what is wrong with the configuration
	life    life
	turn    turn // the right to make the next process, after the first
	events  events
	once    sync.Once // of made
}

// NewClient returns a client for one plugin. It does no I/O: the plugin is
// started by Start, or by the first call that needs it, which also tells what is
// wrong with the configuration.
func NewClient(cfg ClientConfig) *Client {
	c := &Client{life: life{ended: make(chan struct{})}, turn: newTurn()}
	if c.cfg, c.drivers, c.invalid = cfg.prepare(); c.invalid != nil {
		c.invalid = fmt.Errorf("tenon: client: %w", c.invalid)
	}
	c.life.launcher = c.cfg.Launcher
	return c
}

// made makes a client whole that NewClient did not make, so that it can say so.
func (c *Client) made() {
	c.once.Do(func() {
		if c.life.ended != nil {
			return
		}
		c.life.ended, c.turn = make(chan struct{}), newTurn()
		c.cfg.Logger = slog.New(slog.DiscardHandler)
		c.invalid = errors.New("tenon: client: this one is no use: make it with tenon.NewClient")
	})
}

// Start starts the plugin, unless it runs, and returns when it is ready. When ctx
// ends first, and nobody else waits for the start, the start is given up and
// leaves nothing behind. A start that failed may be tried again. The error is a
// [*StartError] for all that can be wrong with the plugin.
func (c *Client) Start(ctx context.Context) error {
	_, err := c.ready(ctx)
	return err
}

// Dispense asks the plugin for an object of a service, with a configuration or
// nil, and starts the plugin when it does not run yet. An empty name means the
// plugin's default service. types are those that the caller means to pass to the
// object's methods and to get from them: the codec is chosen so that they can
// cross.
func (c *Client) Dispense(ctx context.Context, name string, config any, types ...reflect.Type) (*Object, error) {
	o, err := c.dispense(ctx, name, config, types)
	if err != nil {
		return nil, err
	}
	return c.renewable(o, config, types), nil
}

// Describe returns the catalogue of what the plugin serves, and starts it when it
// does not run yet.
func (c *Client) Describe(ctx context.Context) (*Catalogue, error) {
	for {
		r, err := c.native(ctx)
		if err != nil {
			return nil, err
		}
		catalogue, err := r.peer.Describe(ctx)
		if err == nil || ctx.Err() != nil || !c.hasLeft(r) {
			return catalogue, err
		}
	}
}

// Ping asks the plugin for a sign of life and returns how long that took. It
// passes through no handler, and it starts nothing.
func (c *Client) Ping(ctx context.Context) (time.Duration, error) {
	r, err := c.current()
	if err != nil {
		return 0, err
	}
	return r.ping(ctx)
}

// Health asks every object of the plugin that can tell how it fares; see
// [rpc.HealthReporter]. An error means that the plugin could not be asked. It
// starts nothing.
func (c *Client) Health(ctx context.Context) ([]rpc.Health, error) {
	r, err := c.current()
	if err != nil {
		return nil, err
	}
	if r.peer == nil {
		return nil, r.foreignTo("health of objects")
	}
	return r.peer.Health(ctx)
}

// State returns where the client is in its life.
func (c *Client) State() State {
	c.life.mu.Lock()
	defer c.life.mu.Unlock()
	return c.life.state
}

// Done is closed when the plugin has ended for good: it was stopped, or crashed and
// is not restarted.
func (c *Client) Done() <-chan struct{} {
	c.made()
	return c.life.ended
}

// Err is nil before Done is closed. Then it is [ErrStopped], or says how the
// plugin crashed, most often as a [*CrashError].
func (c *Client) Err() error {
	c.life.mu.Lock()
	defer c.life.mu.Unlock()
	return c.life.err
}

// Wait waits until the plugin has ended and returns nil when the host stopped it,
// else why it ended; or ctx's error when that ends first.
func (c *Client) Wait(ctx context.Context) error {
	select {
	case <-c.Done():
	case <-ctx.Done():
		select {
		case <-c.Done(): // it was first, or as soon
		default:
			return ctx.Err()
		}
	}
	if c.State() == Stopped {
		return nil
	}
	return c.Err()
}

// Stats returns what the session with the plugin holds now; zero when there is
// none.
func (c *Client) Stats() rpc.Stats {
	r, err := c.current()
	if err != nil || r.peer == nil {
		return rpc.Stats{}
	}
	return r.peer.Stats()
}

// native returns a process that is ready and has objects.
func (c *Client) native(ctx context.Context) (*run, error) {
	r, err := c.ready(ctx)
	if err == nil && r.peer == nil {
		return nil, r.foreignTo("objects")
	}
	return r, err
}

// foreign returns the connection to a plugin of another dialect, nil otherwise.
func (c *Client) foreign() Foreign {
	if r, err := c.current(); err == nil {
		return r.foreign
	}
	return nil
}

// current returns the plugin that is ready, and an error where there is none.
func (c *Client) current() (*run, error) {
	c.life.mu.Lock()
	defer c.life.mu.Unlock()
	switch c.life.state {
	case Ready:
		return c.life.run, nil
	case Stopped, Crashed:
		return nil, c.gone()
	case New:
		return nil, Errorf(Unavailable, "the plugin has not been started")
	}
	return nil, Errorf(Unavailable, "the plugin is %v", c.life.state)
}

// ending says why there is no other process. Called with life.mu held.
func (c *Client) ending() error {
	if c.life.err != nil {
		return c.gone()
	}
	return ErrStopped
}

// gone is what a call gets after the end. Called with life.mu held.
func (c *Client) gone() error {
	return Errorf(Unavailable, "the plugin is gone: %w", c.life.err)
}
