//go:build !linux

package launch

import (
	"errors"
	"fmt"
	"net"
)

// PeerUID returns the user id of the process that made the other end of conn, a unix
// socket. Where the system or the kind of connection does not tell, the error matches
// [errors.ErrUnsupported].
func PeerUID(conn net.Conn) (uid int, err error) {
	return 0, fmt.Errorf("launch: the user at the other end of a %T is not known: %w", conn, errors.ErrUnsupported)
}
