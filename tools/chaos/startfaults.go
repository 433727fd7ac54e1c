package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
)

func startFaults() []fault {
	all := []fault{
		{"start-slow", "a plugin that takes its time: it starts", startsSlowly},
		{"start-cancelled", "a start that is given up: nothing is left", startCancelled},
	}
	for _, role := range []struct{ name, what string }{
		{"exit-at-once", "exit code 0 before anything"},
		{"exit-loud", "exit code 7, with a reason on stderr"},
		{"panic-early", "a panic before the handshake"},
		{"never-speaks", "no hello, for ever"},
		{"closes-link", "the link is closed before the hello, the process lives on"},
		{"half-hello", "half a hello, and the end"},
		{"wrong-hello", "a hello that is no JSON"},
		{"huge-hello", "a hello of two gigabytes is announced"},
		{"hello-exit", "the offer is read, and the plugin ends"},
		{"prints-first", "megabytes on stdout, and the end"},
	} {
		all = append(all, fault{"start-" + role.name, role.what + ": a start error", func(ctx context.Context, c *scene) error {
			return startFails(ctx, c, role.name)
		}})
	}
	return all
}

func startsSlowly(ctx context.Context, c *scene) error {
	return c.start(ctx, func(cfg *tenon.ClientConfig) { *cfg = c.run.config(c.transport, "slow") })
}

func startCancelled(ctx context.Context, c *scene) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(c.rand.IntN(40))*time.Millisecond)
	defer cancel()
	c.client = tenon.NewClient(c.run.config(c.transport, "victim"))
	began := time.Now()
	err := c.client.Start(ctx)
	if took := time.Since(began); took > lateBy {
		return fmt.Errorf("a start that was given up returned after %v", took)
	}
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("a start that was given up: %w", err)
	}
	return nil
}

func startFails(ctx context.Context, c *scene, role string) error {
	cfg := c.run.config(c.transport, role)
	cfg.StartTimeout = 2 * time.Second // of which only the one that never speaks takes note
	c.client = tenon.NewClient(cfg)
	began := time.Now()
	err := c.client.Start(ctx)
	if took := time.Since(began); took > cfg.StartTimeout+lateBy {
		return fmt.Errorf("a start that could not succeed took %v", took)
	}
	if start := (*tenon.StartError)(nil); !errors.As(err, &start) {
		return fmt.Errorf("a start that could not succeed: %w", errors.Join(err, errors.New("which is no start error")))
	}
	return nil
}
