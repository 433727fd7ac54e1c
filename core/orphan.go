package tenon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// How a plugin learns that its host has died when no link tells it: none is there yet, or
// it ended for another reason a moment before.

// orphaned reports whether another process has become the parent of this one, since the
// one that was has ended. Where the end of the link came too early, that may be noticed a
// moment later only.
func orphaned(parent int, early bool) bool {
	if !early {
		return os.Getppid() != parent
	}
	over, look := time.NewTimer(orphanGrace), time.NewTicker(time.Millisecond)
	defer over.Stop()
	defer look.Stop()
	for os.Getppid() == parent {
		select {
		case <-look.C:
		case <-over.C:
			return false
		}
	}
	return true
}

// orphanGrace is how much later than the end of the link that of the host may be noticed.
const orphanGrace = 50 * time.Millisecond

// untilOrphaned returns ctx, which ends also when the parent of this process has ended and
// nobody reads its stdout any more: as long as no host is connected nothing else tells that
// it has died. done releases the context.
func (cfg ServeConfig) untilOrphaned(ctx context.Context, stdout io.Writer) (_ context.Context, done func()) {
	if cfg.parent == 0 {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	over := make(chan struct{})
	go func() {
		defer close(over)
		if awaitOrphaned(ctx, cfg.parent, stdout) {
			cancel(errGoneEarly)
		}
	}()
	return ctx, func() { cancel(nil); <-over }
}

// awaitOrphaned reports whether that happened before ctx ended. A parent that only stood in
// between leaves the output to the host.
func awaitOrphaned(ctx context.Context, parent int, stdout io.Writer) bool {
	look := time.NewTicker(orphanLook)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-look.C:
		}
		if now := os.Getppid(); now != parent {
			parent = now
			if _, err := stdout.Write([]byte("\n")); err != nil {
				return true
			}
		}
	}
}

// orphanLook is how often a plugin that waits for its host's connection looks for its parent.
const orphanLook = 100 * time.Millisecond

// goneEarly says what was wrong with the handshake, and whether that is the end of the host.
func goneEarly(err error) error {
	said := handshakeError(transport.Plugin, err)
	if linkEnded(err) {
		return fmt.Errorf("%w: %w", errGoneEarly, said)
	}
	return said
}

// linkEnded reports whether err is the end of a link, as when its host dies, and nothing that
// somebody at its other end has said.
func linkEnded(err error) bool {
	if errors.As(err, new(*net.OpError)) || errors.As(err, new(syscall.Errno)) {
		return true
	}
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}

// errGoneEarly is for a host that has not met the plugin: it may have started something all
// the same.
var errGoneEarly = fmt.Errorf("%w before it has met the plugin", ErrHostGone)
