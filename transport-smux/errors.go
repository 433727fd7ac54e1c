package smuxtransport

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/xtaci/smux"

	"github.com/tenon-dev/tenon/core/transport"
)

var (
	errPeerClosed = errors.New("the peer closed the stream")
	errUsedUp     = errors.New("the numbers of the protocol for streams are used up: a new session is needed")
	errProtocol   = errors.New("the peer broke the smux protocol")
)

// translate turns an error of the library into one of the contract. ended is why
// the session ended, nil while it lives.
func translate(op string, err, ended error) error {
	switch {
	case ended != nil:
		return transport.Closed(op, ended)
	case errors.Is(err, smux.ErrTimeout):
		return fmt.Errorf("%s: %w", op, os.ErrDeadlineExceeded)
	case errors.Is(err, io.ErrClosedPipe):
		return transport.Closed(op, net.ErrClosed)
	default:
		return fmt.Errorf("%s: %w", op, err)
	}
}
