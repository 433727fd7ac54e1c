package unixtransport

import (
	"fmt"
	"os"
	"sync"
	"syscall"

	"github.com/tenon-dev/tenon/core/transport"
)

// A watch tells that bytes have arrived on a stream. It is an epoll instance of its own,
// in which the stream's socket reports once after it was armed, so that nothing wakes for
// what arrives while nobody is to be told. The runtime waits for the instance as it does
// for a socket.
type watch struct {
	socket  syscall.RawConn // the stream's
	epoll   *os.File
	arrived func()
	joined  sync.WaitGroup

	armed, quiet func(fd uintptr) // set what the socket reports, as values that are made only once

	mu     sync.Mutex
	fd     int // of the epoll instance
	closed bool
	failed error // of the last call of armed or quiet
}

var _ transport.Watcher = (*stream)(nil)

// Watch implements [transport.Watcher].
func (s *stream) Watch(arrived func()) (transport.Watch, error) {
	w := &watch{socket: s.raw, arrived: arrived}
	if err := w.open(); err != nil {
		return nil, fmt.Errorf("unix/1: watch the stream: %w", err)
	}
	s.watch.Store(w)
	return w, nil
}

// The events that a socket reports, once, when it is armed and when it is not: its end
// is always among them.
const (
	whenArmed = syscall.EPOLLONESHOT | syscall.EPOLLIN | syscall.EPOLLRDHUP
	whenQuiet = syscall.EPOLLONESHOT
)

func (w *watch) open() (err error) {
	if w.fd, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return err
	}
	// The runtime only waits for what does not block.
	if err = syscall.SetNonblock(w.fd, true); err != nil {
		syscall.Close(w.fd)
		return err
	}
	w.epoll = os.NewFile(uintptr(w.fd), "epoll")
	w.armed = func(fd uintptr) { w.failed = w.control(syscall.EPOLL_CTL_MOD, fd, whenArmed) }
	w.quiet = func(fd uintptr) { w.failed = w.control(syscall.EPOLL_CTL_MOD, fd, whenQuiet) }
	raw, err := w.epoll.SyscallConn()
	if err == nil {
		err = w.set(func(fd uintptr) { w.failed = w.control(syscall.EPOLL_CTL_ADD, fd, whenQuiet) })
	}
	if err != nil {
		w.epoll.Close()
		return err
	}
	w.joined.Go(func() { w.run(raw) })
	return nil
}

func (w *watch) control(op int, socket uintptr, events uint32) error {
	return syscall.EpollCtl(w.fd, op, int(socket), &syscall.EpollEvent{Events: events, Fd: int32(socket)})
}

// set has the socket report something else.
func (w *watch) set(how func(fd uintptr)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.failed = nil
	if err := w.socket.Control(how); err != nil { // the stream was closed
		return err
	}
	return w.failed
}

func (w *watch) Arm() {
	if w.set(w.armed) != nil {
		w.arrived() // that is how it ends
	}
}

func (w *watch) Disarm() { _ = w.set(w.quiet) }

func (w *watch) Close() {
	w.mu.Lock()
	again := w.closed
	w.closed = true
	w.mu.Unlock()
	if !again {
		w.epoll.Close()
	}
	w.joined.Wait()
}

// run waits for arrivals until the watch is closed.
func (w *watch) run(raw syscall.RawConn) {
	var events [1]syscall.EpollEvent
	for {
		err := raw.Read(func(fd uintptr) bool {
			n, _ := syscall.EpollWait(int(fd), events[:], 0)
			return n > 0
		})
		if err != nil {
			return
		}
		w.arrived()
	}
}
