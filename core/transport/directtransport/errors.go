package directtransport

import (
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/tenon-dev/tenon/core/transport"
)

// ProtocolError is what Err of a session matches, with [errors.As], after the
// peer sent what "direct/1" does not allow.
type ProtocolError struct {
	detail string
}

// Error says which rule the peer broke.
func (e *ProtocolError) Error() string {
	return "direct/1: the peer broke the protocol: " + e.detail
}

func violation(format string, args ...any) error {
	return &ProtocolError{detail: fmt.Sprintf(format, args...)}
}

var (
	errSessionClosed = transport.Closed("direct/1: the session was closed on this side", nil)
	errStreamClosed  = transport.Closed("direct/1: the stream was closed on this side", nil)
	errPeerClosed    = errors.New("the peer closed the stream")
	errRefused       = fmt.Errorf("the peer refused the stream: %w", transport.ErrTooManyStreams)
	errGoodbye       = fmt.Errorf("direct/1: the peer closed the session: %w", io.EOF)
	errPeerStuck     = errors.New("direct/1: the peer does not read the link, and too many answers to it are waiting")
)

// readError says why reading the link ended, midFrame whether bytes of a frame
// were still missing.
func readError(err error, midFrame bool) error {
	switch {
	case errors.Is(err, io.EOF) && midFrame:
		return fmt.Errorf("direct/1: the link ended within a frame: %w", io.ErrUnexpectedEOF)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("direct/1: the link ended without a goodbye: %w", io.EOF)
	case errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrClosedPipe):
		return fmt.Errorf("direct/1: the link was closed under the session: %w", err)
	}
	return fmt.Errorf("direct/1: read from the link: %w", err)
}
