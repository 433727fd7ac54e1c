package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/rpc"
)

func handlerFaults() []fault {
	return []fault{
		{"handler-exit", "os.Exit in a handler: a crash with that exit code", handlerExits},
		{"handler-panic", "a panic in a handler: only its call fails", handlerPanics},
		{"goroutine-panic", "a panic in a goroutine: a crash with the panic's text", goroutinePanics},
		{"cancel-storm", "many calls that are given up at once: all return, the others go on", cancelled},
	}
}

func (c *scene) die(ctx context.Context, how string) error {
	return within(ctx, func(ctx context.Context) error {
		_, err := methodDie.Call(ctx, c.object, how)
		return err
	})
}

func handlerExits(ctx context.Context, c *scene) error {
	if err := c.start(ctx, nil); err != nil {
		return err
	}
	err := c.die(ctx, "exit")
	if crash := (*tenon.CrashError)(nil); !errors.As(err, &crash) {
		return fmt.Errorf("the call that ended the plugin failed with what is no crash: %w", err)
	}
	crash, err := c.crashes(ctx)
	if err == nil && crash.ExitCode != 3 {
		err = fmt.Errorf("the crash says exit code %d, and it was 3", crash.ExitCode)
	}
	return err
}

func handlerPanics(ctx context.Context, c *scene) error {
	if err := c.start(ctx, nil); err != nil {
		return err
	}
	err := c.die(ctx, "panic")
	if p := (*rpc.PanicError)(nil); !errors.As(err, &p) || !strings.Contains(p.Value, "chaos in a handler") {
		return fmt.Errorf("a handler that panics: %w", errors.Join(err, errors.New("which is not its panic")))
	}
	return c.load.goesOn(50)
}

func goroutinePanics(ctx context.Context, c *scene) error {
	if err := c.start(ctx, nil); err != nil {
		return err
	}
	c.die(ctx, "panic-goroutine")
	crash, err := c.crashes(ctx)
	if err == nil && !strings.Contains(crash.Panic, "chaos in a goroutine") {
		err = fmt.Errorf("the crash does not tell of the panic: %w", crash)
	}
	return err
}

func cancelled(ctx context.Context, c *scene) error {
	if err := c.start(ctx, nil); err != nil {
		return err
	}
	const calls = 200
	short, cancel := context.WithCancel(ctx)
	ended := make(chan error, calls)
	for range calls {
		go func() { // joined below
			_, err := methodHang.Call(short, c.object, struct{}{})
			ended <- err
		}()
	}
	err := c.load.goesOn(20)
	cancel()
	for range calls {
		if e := <-ended; err == nil && !errors.Is(e, context.Canceled) {
			err = fmt.Errorf("a call that was given up: %w", errors.Join(e, errors.New("which is not its context's error")))
		}
	}
	if err != nil {
		return err
	}
	return c.load.goesOn(50)
}
