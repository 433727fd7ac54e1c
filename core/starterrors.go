package tenon

import (
	"fmt"
	"strings"

	"github.com/tenon-dev/tenon/core/internal/visible"
	"github.com/tenon-dev/tenon/core/launch"
)

// A StartError says why a plugin did not become ready. errors.Is and errors.As
// find the cause: a [launch.StartError] for what the system refused to run, a
// [HandshakeError] for sides that do not fit, a context's error for time that ran
// out.
type StartError struct {
	Plugin string // the file, or what else the launcher calls it
	Reason string // what happened, in words
	Hint   string // what to try, "" for nothing in particular

	Exit   launch.Exit // how the process ended, if it did
	Stdout string      // the end of what it printed
	Stderr string

	Err error // the cause, nil where Reason says all
}

// Error says what was run, what happened, what it printed, and what to try.
func (e *StartError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "tenon: start plugin %s: %s", e.Plugin, e.Reason)
	if e.Hint != "" {
		b.WriteString(": " + e.Hint)
	}
	if e.Stderr != "" {
		b.WriteString("\nits stderr ended with:\n" + indent(e.Stderr))
	}
	if e.Stdout != "" {
		b.WriteString("\nits stdout ended with:\n" + indent(e.Stdout))
	}
	return visible.Text(b.String())
}

// Unwrap returns the cause.
func (e *StartError) Unwrap() error { return e.Err }

// indent returns the last lines of text, each behind a mark.
func indent(text string) string {
	const most = 20
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) > most {
		lines = append([]string{fmt.Sprintf("(%d lines before)", len(lines)-most)}, lines[len(lines)-most:]...)
	}
	for i, l := range lines {
		const wide = 500
		if len(l) > wide {
			l = l[:wide] + " [cut]"
		}
		lines[i] = "  | " + visible.Text(l)
	}
	return strings.Join(lines, "\n")
}

// A NotStartedByHostError is what [Serve] returns in a process that no host
// started: a person ran the plugin by hand.
type NotStartedByHostError struct {
	Cookie    string // the variable that a host sets
	CookieSet bool   // the cookie is there, but no link
}

// Error explains to a person what the program is.
func (e *NotStartedByHostError) Error() string {
	why := "it is started by that program, which then sets " + e.Cookie
	if e.CookieSet {
		why = "although " + e.Cookie + " is set, there is no link to a host in " + launch.LinkEnv
	}
	return "this program is a plugin: it does its work for another program and cannot be used by itself (" + why + "); --help says what else it can"
}
