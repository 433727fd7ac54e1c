//go:build !linux

package unixtransport

import (
	"errors"
	"fmt"
	"net"
	"runtime"

	"github.com/tenon-dev/tenon/core/transport"
)

func supports(net.Conn) bool { return false }

func startSession(net.Conn, transport.Config, int) (transport.Session, error) {
	return nil, fmt.Errorf("unix/1: not on %s, only on Linux: use another transport: %w", runtime.GOOS, errors.ErrUnsupported)
}
