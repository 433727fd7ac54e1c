package tenon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/tenon-dev/tenon/core/internal/visible"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
)

// A CrashError says how a plugin ended that its host did not stop. Every call in
// flight fails with an error that wraps it, and every later call.
type CrashError struct {
	Plugin     string    // the file, or what else the launcher calls it
	PID        int       // 0 where there is no process of its own
	Exited     bool      // false: the process still ran when its link had ended, and was killed
	ExitCode   int       // -1 when a signal ended it, or it had not exited
	Signal     os.Signal // the signal that ended it, nil otherwise
	Panic      string    // the text of the Go panic or fatal error on its stderr, with the stacks; "" for none
	StderrTail string    // the end of what it printed
	Silent     bool      // it was killed because it gave no sign of life

	// InFlight is how many calls had no answer when it ended, by "service.method".
	// What one of them asked for may be why it ended.
	InFlight map[string]int

	Link error // how the link ended

	exit      launch.Exit
	linkFirst bool // the link ended a while before the process did
}

// Error says how it ended, with the panic's first line or the end of stderr.
func (e *CrashError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "plugin %s crashed: ", e.Plugin)
	switch {
	case e.Silent:
		b.WriteString("it gave no sign of life, and was killed")
	case e.PID == 0 && e.ExitCode < 0 && e.Signal == nil: // only the link is known
		fmt.Fprintf(&b, "its link ended (%v)", e.Link)
	case !e.Exited:
		fmt.Fprintf(&b, "its link ended (%v) while the process went on, and was killed", e.Link)
	case e.Signal != nil:
		b.WriteString("signal: " + e.Signal.String())
	case e.exit.Err != nil: // of a serve function, or why the code is not known
		b.WriteString(e.exit.String())
	default:
		fmt.Fprintf(&b, "exit code %d", e.ExitCode)
	}
	if e.Exited {
		switch violation, broke := (*rpc.ProtocolError)(nil), broken(e.Link); {
		case errors.Is(e.Link, errHeld):
			b.WriteString(" (" + errHeld.Error() + ")")
		case errors.As(e.Link, &violation):
			b.WriteString(" after it broke the protocol: " + violation.Violation)
		case broke != nil:
			fmt.Fprintf(&b, " after its link ended (%v)", broke)
		}
	}
	if len(e.InFlight) > 0 {
		b.WriteString(" while " + callsInWords(e.InFlight))
	}
	if e.Exited && !e.Silent && e.Signal == os.Kill {
		why := killedByOthers
		if e.linkFirst {
			why = killedAfterLink
		}
		b.WriteString(" (" + why + ")")
	}
	if first := headline(e.Panic); first != "" {
		b.WriteString(": " + first)
	} else if e.StderrTail != "" {
		b.WriteString("\nits stderr ended with:\n" + indent(e.StderrTail))
	}
	return visible.Text(b.String())
}

// errHeld is in how the link ended of a process that had ended before.
var errHeld = errors.New("another process, such as a fork of it, held its link open")

// killedByOthers is said of SIGKILL, of which a process cannot say a word itself.
const killedByOthers = "not by this host; the system does that when memory runs out"

// killedAfterLink is said of it where the link had ended before: a plugin takes that for the
// end of its host. It names the other reason too, since the news of an end can come late.
const killedAfterLink = "not by this host; its link had ended before, and a plugin that has none ends itself so; the system does that too, when memory runs out"

// headline returns what the text of a crash begins with. Of a fatal error the signal, which
// stands on the next line, says more than the words, "fault".
func headline(text string) string {
	first, rest, _ := strings.Cut(text, "\n")
	signal, _, _ := strings.Cut(rest, "\n")
	if strings.HasPrefix(first, "fatal error: ") && strings.HasPrefix(signal, "[signal ") {
		return first + " " + signal
	}
	return first
}

// callsInWords names the methods whose calls were in flight, a few at most.
func callsInWords(calls map[string]int) string {
	const most = 5
	var names []string
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		if len(names) == most {
			names = append(names, fmt.Sprintf("%d other methods", len(calls)-most))
			break
		}
		if n := calls[name]; n > 1 {
			name += fmt.Sprintf(" (%d times)", n)
		}
		names = append(names, visible.Line(name))
	}
	return strings.Join(names, ", ") + " had no answer"
}

// Unwrap returns how the link ended.
func (e *CrashError) Unwrap() error { return e.Link }

// broken returns how a link ended, and nil where it ended as those of processes that have
// exited do, whatever the system calls that.
func broken(link error) error {
	switch {
	case link == nil, errors.As(link, new(*net.OpError)), errors.As(link, new(syscall.Errno)):
		return nil
	}
	for _, plain := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, os.ErrDeadlineExceeded, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(link, plain) {
			return nil
		}
	}
	return link
}

// explainGrace is how long the end of a link waits for the end of the process,
// which most often is the reason for it.
const explainGrace = 500 * time.Millisecond

// linkAlone is a process of which nothing but the link is known, as that of [launch.Conn]: it
// ends with its link, for all that anybody can know.
type linkAlone interface{ LinkAlone() bool }

// explainEnd makes the end of the link into the story of how the plugin ended.
func (r *run) explainEnd(linkErr error, inFlight map[string]int) error {
	r.explain.Do(func() {
		if r.held.Load() {
			linkErr = fmt.Errorf("%w: %w", errHeld, linkErr)
		}
		grace := explainGrace
		if alone, ok := r.process.(linkAlone); ok && alone.LinkAlone() {
			grace = 0
		}
		linkFirst := !r.exitsWithin(min(grace, lastWords))
		exited := !linkFirst || r.exitsWithin(grace-min(grace, lastWords))
		exit := r.process.Exit()
		if !exited { // after exit was taken: that one is not the plugin's own
			r.process.Kill()
		}
		r.crash = &CrashError{
			Plugin: r.info.Path, PID: r.info.PID, Link: linkErr,
			Exited: exit.Exited, ExitCode: -1, Signal: exit.Signal,
			Silent: r.silence.Load(), InFlight: inFlight,
			Panic: r.panicText(exit), StderrTail: r.output.tail.Text(), exit: exit,
			linkFirst: linkFirst,
		}
		if exit.Exited && exit.Signal == nil {
			r.crash.ExitCode = exit.Code
		}
	})
	return r.crash
}

// panicText returns the text of the Go panic or fatal error that a process died of. Programs
// print the same words when they log what they recovered from, or which signal they got: then
// they end in another way, if they do.
func (r *run) panicText(exit launch.Exit) string {
	var died bool
	switch {
	case !exit.Exited:
	case exit.Signal == os.Kill: // by the host, perhaps in the middle of a long text
		died = r.silence.Load()
	case exit.Signal != nil: // SIGABRT, where GOTRACEBACK asks for it
		died = exit.Signal != syscall.SIGTERM && exit.Signal != os.Interrupt
	default:
		died = exit.Code == exitPanic || exit.Code < 0 // below zero: not known
	}
	text := r.output.tail.Panic()
	// A program around it may end with a code of its own; the runtime shows the stacks so.
	shown := strings.Contains(text, "\n\ngoroutine ") && (exit.Code != 0 || exit.Signal != nil)
	if died || shown {
		return text
	}
	return ""
}

// exitPanic is the exit code of a Go program that panics.
const exitPanic = 2

func (r *run) exitsWithin(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-r.process.Done():
		return true
	case <-timer.C:
	}
	select {
	case <-r.process.Done(): // both at once
		return true
	default:
		return false
	}
}

// exitsSoon reports whether the process has ended, or does in this moment.
func (r *run) exitsSoon() bool { return r.exitsWithin(100 * time.Millisecond) }
