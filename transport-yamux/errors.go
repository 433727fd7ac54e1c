package yamuxtransport

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/hashicorp/yamux"

	"github.com/tenon-dev/tenon/core/transport"
)

var (
	errPeerClosed = errors.New("the peer closed the stream")
	errReset      = errors.New("the peer refused the stream")
	errProtocol   = errors.New("the peer broke the yamux protocol")
)

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
