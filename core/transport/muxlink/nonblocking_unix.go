//go:build unix

package muxlink

import (
	"net"
	"syscall"
)

// A tryWriter writes to a socket without waiting for room.
type tryWriter struct {
	raw   syscall.RawConn
	once  func(fd uintptr) bool // attempt, as a value that is made only once
	parts [][]byte
	vec   vector
	n     int
	err   error
}

// nonBlocking returns a function that writes what link has room for, or nil if
// link cannot be asked. Only one goroutine at a time may call it, and not while
// another one writes to link. Wrapped connections are not looked into: who wraps
// one wants to see its bytes.
func nonBlocking(link net.Conn) func([][]byte) (int, error) {
	var sc syscall.Conn
	switch l := link.(type) {
	case *net.UnixConn:
		sc = l
	case *net.TCPConn:
		sc = l
	default:
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	w := &tryWriter{raw: raw}
	w.once = w.attempt
	return w.write
}

func (w *tryWriter) write(parts [][]byte) (int, error) {
	w.parts, w.n, w.err = parts, 0, nil
	err := w.raw.Write(w.once)
	w.parts = nil
	if err == nil {
		err = w.err
	}
	return w.n, err
}

// attempt always says that it is done, so that nobody waits for the socket.
func (w *tryWriter) attempt(fd uintptr) bool {
	for {
		n, err := w.vec.write(int(fd), w.parts)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
		case err != nil:
			w.err = err
		default:
			w.n = n
		}
		return true
	}
}
