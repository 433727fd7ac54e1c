package discover

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/verify"
)

// longestDescription is how much of what a file prints is read.
const longestDescription = 8 << 20

// ask runs a file with --describe, in an empty environment, from a copy that is what was
// hashed.
func ask(ctx context.Context, path string, sum [sha256.Size]byte, timeout time.Duration) (tenon.Description, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("it took longer than %v: %w", timeout, context.DeadlineExceeded))
	defer cancel()
	ctx, tooMuch := context.WithCancelCause(ctx)
	defer tooMuch(nil)
	out, tail := &limited{full: func() { tooMuch(errFull) }}, launch.NewTail(0)
	p, err := launch.Command(path, launch.Args("--describe"), launch.Env(launch.NoEnv()), launch.Unlinked(), verify.SHA256(sum)).
		Launch(ctx, launch.Request{Stdout: out, Stderr: tail})
	if ctx.Err() != nil && err != nil {
		err = fmt.Errorf("%w: %w", context.Cause(ctx), err) // a copy that takes too long says no limit
	}
	if err != nil {
		return tenon.Description{}, fmt.Errorf("%w: %w", ErrDescribe, err)
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		p.Kill()
		<-p.Done()
		return tenon.Description{}, fmt.Errorf("%w: %w", ErrDescribe, context.Cause(ctx))
	}
	exit := p.Exit()
	switch {
	case !exit.Exited || exit.Code != 0:
		return tenon.Description{}, fmt.Errorf("%w: it ended with %v, and said %q", ErrDescribe, exit, tail.Text())
	case context.Cause(ctx) == errFull:
		return tenon.Description{}, fmt.Errorf("%w: %w", ErrDescribe, errFull)
	}
	return Parse(out.b.Bytes())
}

// limited keeps what a file prints, up to a limit, and calls full beyond it.
type limited struct {
	b    bytes.Buffer
	full func()
}

var errFull = fmt.Errorf("it printed more than %d bytes", longestDescription)

func (l *limited) Write(p []byte) (int, error) {
	if l.b.Len()+len(p) > longestDescription {
		l.full()
		return 0, errFull
	}
	return l.b.Write(p)
}
