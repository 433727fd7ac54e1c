package transport

import (
	"errors"
	"fmt"
	"net"
)

// ErrTooManyStreams is what Open returns when this side has as many streams open
// as [Config.MaxStreams] allows. The session is unharmed: close a stream and try
// again.
var ErrTooManyStreams = errors.New("transport: as many streams are open as the session allows")

// Closed returns an error that matches [net.ErrClosed] and cause, and reads
// "op: cause". Drivers use it to translate the many ways in which a multiplexer
// says that a session or stream has ended. A nil cause is left out.
func Closed(op string, cause error) error {
	if cause == nil {
		cause = net.ErrClosed
	}
	if errors.Is(cause, net.ErrClosed) {
		return fmt.Errorf("%s: %w", op, cause)
	}
	return &closedError{op: op, cause: cause}
}

type closedError struct {
	op    string
	cause error
}

func (e *closedError) Error() string { return e.op + ": " + e.cause.Error() }

func (e *closedError) Unwrap() []error { return []error{e.cause, net.ErrClosed} }
