package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

// What happens where one process follows another.
func successionFaults() []fault {
	return []fault{
		{"restart", "SIGKILL again and again: calls in flight fail with the crash, later ones are answered by the next process", restarted},
		{"restart-limit", "SIGKILL more often than restarts are allowed: every call fails, with the count and the last crash", restartedTooOften},
		{"swap-overlap", "another process takes over: no call fails, streams end with what says why", func(ctx context.Context, c *scene) error { return c.swapped(ctx, tenon.Overlap) }},
		{"swap-stop-first", "the same, the old one stopped first", func(ctx context.Context, c *scene) error { return c.swapped(ctx, tenon.StopFirst) }},
		{"swap-killed", "SIGKILL of the old process while a swap is under way", swapKilled},
		{"swap-bad", "a swap to what does not start, or ends: the old one serves on", swapBad},
	}
}

// atOnce restarts any number of times, without a delay that is worth the name.
var atOnce = tenon.RestartPolicy{Max: -1, Backoff: time.Microsecond, MaxBackoff: time.Microsecond}

func isCrash(err error, _ bool) bool {
	var crash *tenon.CrashError
	return errors.As(err, &crash)
}

// isReplaced excuses streams that a swap cuts off.
func isReplaced(err error, stream bool) bool { return stream && errors.Is(err, tenon.ErrReplaced) }

// serve starts the victim and a load that excuses some errors.
func (c *scene) serve(ctx context.Context, streams int, excuses func(error, bool) bool, change func(*tenon.ClientConfig)) error {
	cfg := c.run.config(c.transport, "victim", c.run.victimEnv...)
	if change != nil {
		change(&cfg)
	}
	c.client = tenon.NewClient(cfg)
	var err error
	if c.object, err = c.client.Dispense(ctx, "victim", nil); err != nil {
		return fmt.Errorf("start the plugin: %w", err)
	}
	c.load = &load{object: c.object, excuses: excuses}
	c.load.start(c.rand.Uint64(), streams)
	return c.load.goesOn(50)
}

// next launches the victim once more.
func (c *scene) next(role string) launch.Launcher {
	return c.run.config(c.transport, role, c.run.victimEnv...).Launcher
}

func restarted(ctx context.Context, c *scene) error {
	if err := c.serve(ctx, streamsOfLoad, isCrash, func(cfg *tenon.ClientConfig) { cfg.Restart = atOnce }); err != nil {
		return err
	}
	for range 3 {
		if err := c.dieOnce(ctx); err != nil {
			return err
		}
	}
	return nil
}

// dieOnce kills the process and wants the next one to answer.
func (c *scene) dieOnce(ctx context.Context) error {
	before := c.client.Info()
	if err := syscall.Kill(before.PID, syscall.SIGKILL); err != nil {
		return err
	}
	for {
		err := within(ctx, func(ctx context.Context) error {
			_, err := methodEcho.Call(ctx, c.object, ticket{})
			return err
		})
		if err != nil && !isCrash(err, false) {
			return fmt.Errorf("a call after a crash: %w", err)
		}
		if err == nil && c.client.Info().Generation > before.Generation {
			break
		}
	}
	return c.load.goesOn(20)
}

func restartedTooOften(ctx context.Context, c *scene) error {
	err := c.serve(ctx, streamsOfLoad, isCrash, func(cfg *tenon.ClientConfig) {
		cfg.Restart = tenon.RestartPolicy{Max: 1, Within: time.Hour, Backoff: time.Microsecond}
	})
	if err == nil {
		err = c.dieOnce(ctx)
	}
	if err != nil {
		return err
	}
	c.load.stop() // its calls would be excused for ever
	if err := c.signal(syscall.SIGKILL); err != nil {
		return err
	}
	select {
	case <-c.client.Done():
	case <-time.After(callWithin):
		return fmt.Errorf("the host does not give up within %v", callWithin)
	}
	_, err = methodEcho.Call(ctx, c.object, ticket{})
	var given *tenon.RestartError
	if !errors.As(err, &given) || given.Restarts != 1 || !isCrash(err, false) {
		return fmt.Errorf("a call after the last restart ended with %w", errors.Join(err, errors.New("which does not say that it was given up")))
	}
	return nil
}

func (c *scene) swapped(ctx context.Context, mode tenon.SwapMode) error {
	if err := c.serve(ctx, streamsOfLoad, isReplaced, func(cfg *tenon.ClientConfig) { cfg.Stop.Drain = 300 * time.Millisecond }); err != nil {
		return err
	}
	for range 2 {
		before := c.client.Info()
		if err := c.client.Swap(ctx, c.next("victim"), mode); err != nil {
			return err
		}
		if after := c.client.Info(); after.PID == before.PID {
			return fmt.Errorf("process %d still serves after a swap", after.PID)
		}
		if err := c.load.goesOn(20); err != nil {
			return err
		}
	}
	return nil
}

func swapKilled(ctx context.Context, c *scene) error {
	err := c.serve(ctx, streamsOfLoad, func(err error, stream bool) bool { return isCrash(err, stream) || isReplaced(err, stream) },
		func(cfg *tenon.ClientConfig) { cfg.Restart, cfg.Stop.Drain = atOnce, 300*time.Millisecond })
	if err != nil {
		return err
	}
	for _, mode := range []tenon.SwapMode{tenon.Overlap, tenon.StopFirst} {
		before := c.client.Info().PID
		swapped := make(chan error, 1)
		go func() { swapped <- c.client.Swap(ctx, c.next("victim"), mode) }()
		time.Sleep(time.Duration(c.rand.IntN(40)) * time.Millisecond)
		syscall.Kill(before, syscall.SIGKILL) // it may be gone already
		if err := <-swapped; err != nil {
			return fmt.Errorf("a swap whose old process was killed: %w", err)
		}
		if err := c.load.goesOn(20); err != nil {
			return err
		}
	}
	return nil
}

func swapBad(ctx context.Context, c *scene) error {
	if err := c.serve(ctx, streamsOfLoad, isReplaced, func(cfg *tenon.ClientConfig) { cfg.Stop.Drain = 300 * time.Millisecond }); err != nil {
		return err
	}
	bad := []string{"exit-at-once", "exit-loud", "panic-early", "half-hello", "prints-first", "hello-exit"}
	role := bad[c.rand.IntN(len(bad))]
	for _, mode := range []tenon.SwapMode{tenon.Overlap, tenon.StopFirst} {
		if err := c.client.Swap(ctx, c.next(role), mode); err == nil {
			return fmt.Errorf("a swap to %s succeeded", role)
		}
		if err := c.load.goesOn(20); err != nil {
			return fmt.Errorf("after a swap to %s: %w", role, err)
		}
	}
	return nil
}
