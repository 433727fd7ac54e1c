package tenon

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A Candidate is a process of a plugin that has started and that nobody calls yet:
// what [ClientConfig.Ready] judges. Its methods may be called concurrently, until
// Ready returns; what it dispenses ends with the process.
type Candidate struct {
	run *run
}

var _ Dispenser = (*Candidate)(nil)

// Info says what was started and what was agreed.
func (c *Candidate) Info() Info { return c.run.info }

// Dispense asks the process for an object; see [Client.Dispense].
func (c *Candidate) Dispense(ctx context.Context, name string, config any, types ...reflect.Type) (*Object, error) {
	if c.run.peer == nil {
		return nil, c.run.foreignTo("objects")
	}
	return c.run.peer.Dispense(ctx, name, config, types...)
}

// Describe returns the catalogue of what it serves.
func (c *Candidate) Describe(ctx context.Context) (*Catalogue, error) {
	if c.run.peer == nil {
		return nil, c.run.foreignTo("catalogue")
	}
	return c.run.peer.Describe(ctx)
}

// Health asks every object that was dispensed and can tell how it fares.
func (c *Candidate) Health(ctx context.Context) ([]rpc.Health, error) {
	if c.run.peer == nil {
		return nil, c.run.foreignTo("health of objects")
	}
	return c.run.peer.Health(ctx)
}

// Ping asks it for a sign of life and returns how long that took.
func (c *Candidate) Ping(ctx context.Context) (time.Duration, error) { return c.run.ping(ctx) }

// judge asks the host's gate whether r may be used.
func (c *Client) judge(ctx context.Context, r *run) error {
	if c.cfg.Ready == nil {
		return nil
	}
	err := c.askGate(ctx, r)
	switch {
	case ctx.Err() != nil:
		return contextError(ctx)
	case err == nil && !r.ending():
		return nil
	case r.exitsSoon():
		return r.exitedEarly(nil)
	case err == nil:
		return errors.New("its link ended while it was asked whether it is ready")
	}
	return fmt.Errorf("it is not ready: %w", err)
}

// askGate does not wait for a gate that goes on when ctx has ended: a start is bounded, and
// so is what waits for it, such as a Close in the gate itself.
func (c *Client) askGate(ctx context.Context, r *run) error {
	answer := make(chan error, 1)
	go func() {
		err := errors.New("the gate ended its goroutine") // runtime.Goexit
		defer func() { answer <- err }()
		err = c.cfg.Ready(ctx, &Candidate{run: r})
	}()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return contextError(ctx)
	}
}
