package launch

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// PeerUID returns the user id of the process that made the other end of conn, a unix
// socket. Where the system or the kind of connection does not tell, the error matches
// [errors.ErrUnsupported].
func PeerUID(conn net.Conn) (uid int, err error) {
	sc, ok := conn.(syscall.Conn)
	if !ok || conn.LocalAddr() == nil || conn.LocalAddr().Network() != "unix" {
		return 0, fmt.Errorf("launch: the user at the other end of a %T is not known: %w", conn, errors.ErrUnsupported)
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *syscall.Ucred
	var credErr error
	err = raw.Control(func(fd uintptr) {
		cred, credErr = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err == nil {
		err = os.NewSyscallError("getsockopt", credErr)
	}
	if err != nil {
		return 0, err
	}
	return int(cred.Uid), nil
}
