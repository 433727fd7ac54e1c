package yamuxtransport

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/hashicorp/yamux"

	"github.com/tenon-dev/tenon/core/transport"
)

var (
	errEnded      = errors.New("the session has ended")
	errPeerClosed = errors.New("the peer closed the stream")
	errReset      = errors.New("the peer refused the stream")
	errProtocol   = errors.New("the peer broke the yamux protocol")
)

// peerGone reports whether err is what a link says when its other end was
// closed, or its process ended.
func peerGone(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) ||
		errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

// linkEnd translates the error with which a link ended. A peer that closes while
// bytes to it are under way looks like a reset to the kernel, and is an orderly
// end all the same.
func linkEnd(err error, midFrame bool) error {
	switch {
	case midFrame && peerGone(err):
		return fmt.Errorf("link ended in the middle of a frame: %w", errors.Join(io.EOF, err))
	case err == io.EOF:
		return err
	case peerGone(err):
		return fmt.Errorf("link ended: %w", errors.Join(io.EOF, err))
	default:
		return fmt.Errorf("link broke: %w", err)
	}
}

// translate turns an error of the library into one of the contract. ended is why
// the session ended, nil while it lives.
func translate(op string, err, ended error) error {
	switch {
	case ended != nil:
		return transport.Closed(op, ended)
	case errors.Is(err, yamux.ErrTimeout):
		return fmt.Errorf("%s: %w", op, os.ErrDeadlineExceeded)
	case errors.Is(err, yamux.ErrSessionShutdown), errors.Is(err, yamux.ErrStreamClosed):
		return transport.Closed(op, net.ErrClosed)
	default:
		return fmt.Errorf("%s: %w", op, err)
	}
}
