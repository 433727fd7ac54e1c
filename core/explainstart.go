package tenon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/tenon-dev/tenon/core/internal/visible"
	"github.com/tenon-dev/tenon/core/launch"
)

// exitedEarly says that the process ended before it was ready. link is what the
// handshake saw of that, or nil.
func (r *run) exitedEarly(link error) error {
	var refused *HandshakeError
	switch {
	case !errors.As(link, &refused) && broken(link) == nil:
		return errExitedEarly
	case refused == nil: // it broke the rules of the transport
	case refused.Reason != "malformed":
		return link // it said why, and left
	case errors.Is(link, io.ErrUnexpectedEOF):
		return errExitedEarly // it was cut off
	}
	return fmt.Errorf("%w: %w", errExitedEarly, link)
}

var errExitedEarly = errors.New("it ended before it was ready")

// startError says why a start failed, with what the process printed.
func (r *run) startError(ctx context.Context, err error) error {
	e := &StartError{Plugin: r.info.Path, Reason: err.Error(), Err: err}
	var refused *launch.StartError
	switch {
	case errors.As(err, &refused):
		e.Plugin, e.Reason, e.Hint = refused.Path, refused.Found, refused.Hint
	case errors.Is(err, errExitedEarly):
		r.explainExit(e)
		if _, link, ok := strings.Cut(err.Error(), errExitedEarly.Error()+": "); ok {
			e.Reason += ": " + link
		}
	case errors.Is(err, errNoWord):
		e.Hint = "is it a plugin made with Tenon? One loses its link where it, or what starts it, closes descriptors that it does not know"
	case errors.Is(err, errLateLauncher):
		e.Hint = "what it has started when it returns is ended"
	case ctx.Err() != nil:
		e.Err = contextError(ctx)
		e.Reason = e.Err.Error()
		e.Hint = "is it a plugin made with Tenon, and does it call tenon.Main or tenon.Serve early?"
		if there := (*unansweredError)(nil); errors.As(err, &there) {
			e.Hint = "it announced to listen (" + visible.Line(there.where) + "), and who is there does not answer"
		} else if r.process == nil { // the launcher knows what it waited for
			e.Hint = err.Error()
		}
	}
	e.Plugin = cmp.Or(e.Plugin, r.called, "(not named)")
	e.Stdout, e.Stderr = r.output.stdoutTail.Text(), r.output.tail.Text()
	return e
}

// explainExit says how a process ended that never spoke.
func (r *run) explainExit(e *StartError) {
	e.Exit = r.process.Exit()
	e.Reason = fmt.Sprintf("it ended before it was ready (%v)", e.Exit)
	switch {
	case e.Exit.Signal == os.Kill:
		e.Hint = killedByOthers
	case e.Exit.Signal != nil:
		e.Hint = "a signal ended it: see what it printed"
		if _, err := os.Stat(e.Plugin); err == nil && r.info.PID != 0 {
			if why := launch.Diagnose(e.Plugin); why != "" {
				e.Hint = why
			}
		}
	case r.panicText(e.Exit) != "": // the runtime's exit code for it is that of a wrong start
		e.Hint = "it panicked: " + headline(r.panicText(e.Exit))
	case e.Exit.Code == exitUsage:
		e.Hint = "does its cookie equal the host's?"
	case e.Exit.Code == 127:
		e.Hint = "most often a library or a program that it needs is missing"
	case e.Exit.Code == 0:
		e.Hint = "is it a plugin made with Tenon?"
	default:
		e.Hint = "see what it printed"
	}
}
