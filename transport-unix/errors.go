package unixtransport

import (
	"errors"
	"fmt"
	"io"

	"github.com/tenon-dev/tenon/core/transport"
)

// A ProtocolError is what Err of a session matches, with [errors.As], after the
// peer sent what "unix/1" does not allow.
type ProtocolError struct {
	detail string
}

// Error says which rule the peer broke.
func (e *ProtocolError) Error() string { return "unix/1: the peer broke the protocol: " + e.detail }

func violation(format string, args ...any) error {
	return &ProtocolError{detail: fmt.Sprintf(format, args...)}
}

// A LimitError says that a stream could not be made because a limit of the
// system is reached: each stream takes a descriptor in either process. The
// session is unharmed, and streams that are closed make room again.
type LimitError struct {
	// Limit names the limit and how it is raised, for people.
	Limit string

	// Err is what the system said, nil when it was the peer's system.
	Err error
}

// Error names the limit.
func (e *LimitError) Error() string {
	if e.Err == nil {
		return e.Limit
	}
	return fmt.Sprintf("%v: %s", e.Err, e.Limit)
}

// Unwrap returns Err.
func (e *LimitError) Unwrap() error { return e.Err }

var (
	errSessionClosed = transport.Closed("unix/1: the session was closed on this side", nil)
	errStreamClosed  = transport.Closed("unix/1: the stream was closed on this side", nil)
	errPeerClosed    = transport.Closed("unix/1: write to the stream", errors.New("the peer closed the stream"))
	errRefused       = transport.Closed("unix/1: use the stream", fmt.Errorf("the peer refused the stream: %w", transport.ErrTooManyStreams))
	errPeerNoRoom    = transport.Closed("unix/1: use the stream", &LimitError{Limit: "the peer has no descriptor free: raise its limit of open files (ulimit -n), or close streams"})
	errGoodbye       = fmt.Errorf("unix/1: the peer closed the session: %w", io.EOF)
	errPeerStuck     = errors.New("unix/1: the peer does not read the link, and too many answers to it are waiting")
)

// closedBy says that op failed because the session had ended, and why that was.
func closedBy(op string, cause error) error {
	if cause == errSessionClosed {
		return errSessionClosed
	}
	return transport.Closed(op, cause)
}
