//go:build linux && (386 || s390x)

package unixtransport

import (
	"errors"
	"syscall"
)

// Here the package syscall hides the numbers of the calls for sockets, which
// have not always had any of their own.

// recv reads from a socket without waiting.
func recv(fd uintptr, p []byte) (int, syscall.Errno) {
	n, _, err := syscall.Recvfrom(int(fd), p, syscall.MSG_DONTWAIT)
	return max(n, 0), errno(err)
}

// send writes to a socket without waiting, and without a signal if the other end
// is gone.
func send(fd uintptr, p []byte) (int, syscall.Errno) {
	n, err := syscall.SendmsgN(int(fd), p, nil, nil, syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL)
	return max(n, 0), errno(err)
}

// A vector sends two slices, the second one with the next attempt.
type vector struct{}

func (vector) send(fd uintptr, head, _ []byte) (int, syscall.Errno) { return send(fd, head) }

func errno(err error) syscall.Errno {
	var no syscall.Errno
	if err != nil && !errors.As(err, &no) {
		no = syscall.EINVAL
	}
	return no
}
