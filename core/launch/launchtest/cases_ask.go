package launchtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/tenon-dev/tenon/core/launch"
)

// checkAsksWithoutWaiting asks a program to end that does not listen.
func checkAsksWithoutWaiting(b *bench) error {
	var out capture
	p, err := b.start("stubborn", launch.Request{Link: true, Stdout: &out})
	if err != nil {
		return err
	}
	if err := b.ready(&out); err != nil {
		return err
	}
	asked := make(chan struct{})
	var failed error
	go func() { // ends with Terminate
		defer close(asked)
		failed = p.Terminate()
	}()
	if err := b.arrives(asked, "Terminate to return while the process goes on"); err != nil {
		p.Kill()
		return err
	}
	if failed != nil && !errors.Is(failed, errors.ErrUnsupported) {
		return fmt.Errorf("Terminate: %w", failed)
	}
	select {
	case <-p.Done():
		return fmt.Errorf("the process was ended (%v), where it was to be asked: it does not listen", p.Exit())
	default:
		return nil
	}
}

// checkDial connects to a program that announces where it listens.
func checkDial(b *bench) error {
	var out capture
	p, err := b.start("listen", launch.Request{Stdout: &out})
	if err != nil {
		return err
	}
	var where launch.Announcement
	announced := func() (found bool) {
		for line := range bytes.Lines([]byte(out.text())) {
			if a, ok, err := launch.ParseAnnounce(bytes.TrimRight(line, "\r\n")); ok && err == nil {
				where, found = a, true
			}
		}
		return found
	}
	if !poll(b.h.Guard, announced) {
		return fmt.Errorf("the program announced nothing within %v; it printed %q", b.h.Guard, out.text())
	}
	ctx, cancel := context.WithTimeout(context.Background(), b.h.Guard)
	defer cancel()
	conn, err := p.Dial(ctx, where.Network, where.Address)
	if err != nil {
		return fmt.Errorf("Dial: %w", err)
	}
	b.closers = append(b.closers, conn)
	if err := b.echoes(conn); err != nil {
		return fmt.Errorf("over what Dial returned: %w", err)
	}
	return nil
}
