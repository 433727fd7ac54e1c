//go:build unix

package launch

import (
	"net"
	"os"
	"syscall"
)

// isLink returns "", or in words what fd is instead of a link. It touches nothing: a
// stale variable may name a file that is somebody else's.
func isLink(fd int) (found string, err error) {
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return "the descriptor is not open; was the link taken over before, or the variable inherited from another plugin?", err
	}
	if st.Mode&syscall.S_IFMT != syscall.S_IFSOCK {
		return "the descriptor is open and not a socket; was the variable inherited from another plugin?", nil
	}
	if kind, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_TYPE); err != nil || kind != syscall.SOCK_STREAM {
		return "the socket is not a stream socket", err
	}
	if _, err := syscall.Getpeername(fd); err != nil {
		return "the socket is not connected", err
	}
	return "", nil
}

// takeOver makes a connection of fd, or says in words what fd is instead.
func takeOver(fd int) (conn net.Conn, found string, err error) {
	if found, err := isLink(fd); found != "" {
		return nil, found, err
	}
	syscall.CloseOnExec(fd)
	file := os.NewFile(uintptr(fd), "link")
	defer file.Close()
	conn, err = net.FileConn(file) // works on a copy
	if reasonOf(err) == ReasonFiles {
		return nil, "no descriptor is free for it: raise the limit of open files (ulimit -n)", err
	}
	if err != nil {
		return nil, "the socket is of a kind that Go cannot use", err
	}
	return conn, "", nil
}
