package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
)

func processFaults() []fault {
	return []fault{
		{"kill", "SIGKILL: every call fails with the crash, which names the signal", killed},
		{"kill-with-child", "SIGKILL of a plugin that has started a child: the child goes too", killedWithChild},
		{"pause", "SIGSTOP, and SIGCONT later: calls end with their deadlines meanwhile, and work after it", paused},
		{"pause-for-good", "SIGSTOP: the watch for silence kills it", silent},
		{"stop-under-load", "Close while calls run: none is answered wrongly, all end", stopped},
		{"flood", "megabytes on both outputs, without a line's end: calls go on", flooded},
	}
}

func (c *scene) signal(s syscall.Signal) error { return syscall.Kill(c.client.Info().PID, s) }

func killed(ctx context.Context, c *scene) error {
	if err := c.start(ctx, nil); err != nil {
		return err
	}
	if err := c.signal(syscall.SIGKILL); err != nil {
		return err
	}
	crash, err := c.crashes(ctx)
	if err != nil {
		return err
	}
	if crash.Signal != os.Signal(syscall.SIGKILL) {
		return fmt.Errorf("the crash says %v, and was a SIGKILL", crash)
	}
	return nil
}

func killedWithChild(ctx context.Context, c *scene) error {
	if err := c.start(ctx, nil); err != nil {
		return err
	}
	err := within(ctx, func(ctx context.Context) error {
		_, err := methodChild.Call(ctx, c.object, struct{}{})
		return err
	})
	if err != nil {
		return err
	}
	if err := c.signal(syscall.SIGKILL); err != nil {
		return err
	}
	_, err = c.crashes(ctx)
	return err // the check after the step finds the child
}

func paused(ctx context.Context, c *scene) error {
	if err := c.start(ctx, nil); err != nil {
		return err
	}
	if err := c.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	short, cancel := context.WithTimeout(ctx, time.Duration(50+c.rand.IntN(200))*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := methodEcho.Call(short, c.object, ticket{})
	took := time.Since(began)
	if err := c.signal(syscall.SIGCONT); err != nil {
		return err
	}
	// A call that left before the signal took hold may have been answered.
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("a call to a stopped plugin: %w", err)
	}
	if took > lateBy {
		return fmt.Errorf("a call to a stopped plugin returned after %v", took)
	}
	return c.load.goesOn(50)
}

func silent(ctx context.Context, c *scene) error {
	err := c.start(ctx, func(cfg *tenon.ClientConfig) {
		cfg.Silence, cfg.OnSilence = time.Second, tenon.KillWhenSilent
	})
	if err != nil {
		return err
	}
	if err := c.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	crash, err := c.crashes(ctx)
	if err == nil && !crash.Silent {
		err = fmt.Errorf("the crash does not tell of the silence: %w", crash)
	}
	return err
}

func stopped(ctx context.Context, c *scene) error {
	if err := c.start(ctx, nil); err != nil {
		return err
	}
	began := time.Now()
	err := c.client.Close()
	if took := time.Since(began); took > settleWithin+lateBy {
		return fmt.Errorf("Close took %v", took)
	}
	if err != nil {
		return fmt.Errorf("Close: %w", err)
	}
	if state := c.client.State(); state != tenon.Stopped {
		return fmt.Errorf("after Close the client is %v", state)
	}
	return nil // the load's answers are checked at the end
}

func flooded(ctx context.Context, c *scene) error {
	if err := c.start(ctx, nil); err != nil {
		return err
	}
	err := within(ctx, func(ctx context.Context) error {
		_, err := methodPrint.Call(ctx, c.object, 5)
		return err
	})
	if err != nil {
		return fmt.Errorf("a plugin that prints a lot: %w", err)
	}
	return c.load.goesOn(50)
}
