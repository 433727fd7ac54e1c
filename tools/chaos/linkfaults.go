package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
)

func linkFaults() []fault {
	return []fault{
		{"link-closed", "the link is cut: a crash, and the plugin ends by itself", linkClosed},
		{"link-stalled", "nothing moves for a while: calls end with their deadlines, and work after it", linkStalled},
		{"link-stalled-kill", "nothing moves, and the client is killed: no call hangs", linkStalledForGood},
	}
}

// linked has the link go through one that things can be done to.
func (c *scene) linked(cfg *tenon.ClientConfig) {
	cfg.Launcher = badLauncher(cfg.Launcher, c.transport, func(l *badLink, wrapped bool) { c.link, c.passed = l, wrapped })
}

// stall lets nothing move until the function that it returns is called. Where each
// stream is a socket between the two processes, nothing stands in between, and
// what they look like when nothing moves is a plugin that was stopped.
func (c *scene) stall() (resume func(), err error) {
	if c.passed {
		return c.link.stall(), nil
	}
	if err := c.signal(syscall.SIGSTOP); err != nil {
		return nil, err
	}
	return func() { c.signal(syscall.SIGCONT) }, nil
}

func linkClosed(ctx context.Context, c *scene) error {
	if err := c.start(ctx, c.linked); err != nil {
		return err
	}
	c.link.Close()
	_, err := c.crashes(ctx)
	return err
}

func linkStalled(ctx context.Context, c *scene) error {
	if err := c.start(ctx, c.linked); err != nil {
		return err
	}
	resume, err := c.stall()
	if err != nil {
		return err
	}
	short, cancel := context.WithTimeout(ctx, time.Duration(50+c.rand.IntN(200))*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err = methodEcho.Call(short, c.object, ticket{Data: make([]byte, 2<<20)})
	took := time.Since(began)
	resume()
	if !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("a call over a stalled link: %w", errors.Join(err, errors.New("which is not its deadline")))
	}
	if took > lateBy {
		return fmt.Errorf("a call over a stalled link returned after %v", took)
	}
	return c.load.goesOn(50)
}

func linkStalledForGood(ctx context.Context, c *scene) error {
	if err := c.start(ctx, c.linked); err != nil {
		return err
	}
	resume, err := c.stall()
	if err != nil {
		return err
	}
	if c.passed { // otherwise there will be nobody to resume
		defer resume()
	}
	c.client.Kill()
	select {
	case <-c.client.Done():
		return nil // the load's goroutines are joined, and checked, at the end
	case <-time.After(callWithin):
		return fmt.Errorf("a client that was killed has not ended within %v", callWithin)
	}
}
