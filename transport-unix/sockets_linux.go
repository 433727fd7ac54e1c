package unixtransport

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
)

// socketPair returns the two ends of a new stream. far is to be passed to the
// peer and is closed by whoever has it then.
func socketPair(buffer int) (near, far int, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return noDescriptor, noDescriptor, limitError(err)
	}
	setBuffer(fds[0], buffer)
	return fds[0], fds[1], nil
}

// setBuffer asks for a buffer; what the kernel makes of it is its business.
func setBuffer(fd, buffer int) {
	_ = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_SNDBUF, buffer)
}

// limitError names the limit that an error of the system stands for.
func limitError(err error) error {
	switch {
	case errors.Is(err, syscall.EMFILE):
		limit := "this process has as many files open as it may (RLIMIT_NOFILE)"
		var r syscall.Rlimit
		if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r) == nil {
			limit = fmt.Sprintf("this process has as many files open as it may, %d (RLIMIT_NOFILE)", r.Cur)
		}
		return &LimitError{Limit: limit + ": raise it (ulimit -n), or close streams", Err: err}
	case errors.Is(err, syscall.ENFILE):
		return &LimitError{Limit: "the system has as many files open as it may: raise fs.file-max, or close files", Err: err}
	case errors.Is(err, syscall.ETOOMANYREFS):
		return &LimitError{Limit: "the processes of this user have as many descriptors under way to others as one may have open (RLIMIT_NOFILE): raise it (ulimit -n), or open fewer streams at a time", Err: err}
	case errors.Is(err, syscall.ENOBUFS), errors.Is(err, syscall.ENOMEM):
		return &LimitError{Limit: "the system has no memory for another socket", Err: err}
	}
	return err
}

// checkPassed says what is wrong with a descriptor that the peer passed. It must
// be one end of a pair: an end of anything that has a name may lead to somebody
// else, to whom this process would then speak in the peer's words.
func checkPassed(fd int) error {
	if typ, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_TYPE); err != nil || typ != syscall.SOCK_STREAM {
		return violation("a descriptor that is not a stream socket")
	}
	for _, end := range []func(int) (syscall.Sockaddr, error){syscall.Getsockname, syscall.Getpeername} {
		addr, err := end(fd)
		if err != nil {
			return violation("a socket that is not connected")
		}
		if unix, ok := addr.(*syscall.SockaddrUnix); !ok || unix.Name != unnamed {
			return violation("a socket that is not one of an unnamed pair")
		}
	}
	return nil
}

// unnamed is what the package syscall calls a socket that has no name.
const unnamed = "@"

// newSocket makes a file of a descriptor that does not block, such that goroutines
// wait for it and not threads. It owns the descriptor from then on.
func newSocket(fd int) (*os.File, syscall.RawConn, error) {
	file := os.NewFile(uintptr(fd), "unix/1 stream")
	raw, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	// A file that the poller did not take has no deadlines.
	if err := file.SetReadDeadline(time.Time{}); err != nil {
		file.Close()
		return nil, nil, &LimitError{Limit: "the poller takes no more descriptors: raise fs.epoll.max_user_watches", Err: err}
	}
	return file, raw, nil
}

// shutDown ends both directions of a socket, also for those who hold a copy of
// it, such as a child between its fork and its exec.
func shutDown(raw syscall.RawConn) {
	_ = raw.Control(func(fd uintptr) { _ = syscall.Shutdown(int(fd), syscall.SHUT_RDWR) })
}

// supports reports whether link is a unix stream socket.
func supports(link net.Conn) bool {
	conn, ok := link.(*net.UnixConn)
	if !ok || conn == nil {
		return false
	}
	addr := conn.LocalAddr()
	return addr != nil && addr.Network() == "unix"
}
