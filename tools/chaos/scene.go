package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/transport"
)

// A scene is one step: a plugin under load, to which something is done.
type scene struct {
	run       *suite
	transport transport.Transport
	rand      *rand.Rand

	client *tenon.Client
	link   *badLink // and whether the plugin's bytes pass it
	passed bool
	object *tenon.Object
	load   *load
}

// config returns the configuration of a client for the victim in a role.
func (s *suite) config(t transport.Transport, role string, env ...string) tenon.ClientConfig {
	return tenon.ClientConfig{
		Cookie: cookie,
		Launcher: launch.Command(s.self, launch.Setenv(append(env,
			roleEnv+"="+role, markEnv+"="+s.counter.mark, "TMPDIR="+s.counter.tmp, "GORACE=atexit_sleep_ms=0")...)),
		Transports: []transport.Transport{t},
		Codecs:     codecs(),
		Stop:       tenon.StopPolicy{Drain: 2 * time.Second},
	}
}

// start starts the victim and its load, and waits until that runs.
func (c *scene) start(ctx context.Context, change func(*tenon.ClientConfig)) error {
	cfg := c.run.config(c.transport, "victim", c.run.victimEnv...)
	if change != nil {
		change(&cfg)
	}
	c.client = tenon.NewClient(cfg)
	var err error
	if c.object, err = c.client.Dispense(ctx, "victim", nil); err != nil {
		return fmt.Errorf("start the plugin: %w", err)
	}
	c.load = startLoad(c.object, c.rand.Uint64())
	return c.load.goesOn(50)
}

// end stops what runs, and is called after every step.
func (c *scene) end() error {
	var err error
	if c.load != nil {
		err = c.load.stop()
	}
	if c.client != nil {
		began := time.Now()
		c.client.Close() // its error is that of a crash, where there was one
		if took := time.Since(began); took > settleWithin+lateBy {
			err = errors.Join(err, fmt.Errorf("Close took %v", took))
		}
	}
	return err
}

// crashes wants the plugin to have crashed: the load to have failed with it, and
// every later call, at once.
func (c *scene) crashes(ctx context.Context) (*tenon.CrashError, error) {
	select {
	case <-c.client.Done():
	case <-time.After(callWithin):
		return nil, fmt.Errorf("the host does not notice within %v", callWithin)
	}
	if err := c.load.crashed(); err != nil {
		return nil, err
	}
	var crash *tenon.CrashError
	if !errors.As(c.client.Err(), &crash) {
		return nil, fmt.Errorf("the client's error is no crash: %w", c.client.Err())
	}
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	_, err := methodEcho.Call(ctx, c.object, ticket{})
	if later := (*tenon.CrashError)(nil); !errors.As(err, &later) {
		return nil, fmt.Errorf("a call after the crash ended with %w", errors.Join(err, errors.New("which is no crash")))
	}
	return crash, nil
}

// call makes one call of its own, within the time that every call has.
func within(ctx context.Context, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	return f(ctx)
}

// bystanders are plugins under load to which nothing is ever done.
type bystanders struct {
	clients []*tenon.Client
	loads   []*load
}

func (s *suite) startBystanders(ctx context.Context) error {
	for i, t := range transports() {
		c := tenon.NewClient(s.config(t, "victim"))
		s.bystanders.clients = append(s.bystanders.clients, c)
		o, err := c.Dispense(ctx, "victim", nil)
		if err != nil {
			return fmt.Errorf("start a bystander: %w", err)
		}
		s.counter.ours[fmt.Sprint(c.Info().PID)] = true
		l := startLoad(o, uint64(i))
		s.bystanders.loads = append(s.bystanders.loads, l)
		// Until everything is there that a session starts when it is first needed.
		if err := l.goesOn(1000); err != nil {
			return err
		}
	}
	return nil
}

// unharmed wants all loads to go on.
func (b *bystanders) unharmed() error {
	for i, l := range b.loads {
		if err := l.goesOn(5); err != nil {
			return fmt.Errorf("a plugin over %s that nothing was done to: %w", b.clients[i].Info().Transport, err)
		}
	}
	return nil
}

func (b *bystanders) stop() error {
	var errs []error
	for _, l := range b.loads {
		errs = append(errs, l.stop())
	}
	for _, c := range b.clients {
		errs = append(errs, c.Close())
	}
	b.loads, b.clients = nil, nil
	return errors.Join(errs...)
}
