package mux

import (
	"net"
	"sync"
)

// backlog is how many streams of a listener may wait to be accepted.
const backlog = 64

// A listener hands out the streams of one number.
type listener struct {
	mux     *Mux
	streams chan net.Conn
	forget  func(*listener)

	once   sync.Once
	closed chan struct{}
	err    error // set before closed is closed
}

func newListener(m *Mux, forget func(*listener)) *listener {
	return &listener{mux: m, forget: forget, streams: make(chan net.Conn, backlog), closed: make(chan struct{})}
}

// Accept waits for the next stream.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case stream := <-l.streams:
		return stream, nil
	case <-l.closed:
		return nil, l.err
	}
}

// Addr is the address of the shared connection.
func (l *listener) Addr() net.Addr { return l.mux.addr }

// Close ends the accepting. Streams that were accepted live on.
func (l *listener) Close() error {
	l.fail(net.ErrClosed)
	if l.forget != nil {
		l.forget(l)
	}
	return nil
}

func (l *listener) fail(err error) {
	l.once.Do(func() {
		l.err = err
		close(l.closed)
		for {
			select {
			case stream := <-l.streams:
				stream.Close()
			default:
				return
			}
		}
	})
}

// deliver reports whether the listener takes the stream.
func (l *listener) deliver(stream net.Conn) bool {
	if l == nil {
		return false
	}
	select {
	case <-l.closed:
		return false
	default:
	}
	select {
	case l.streams <- stream:
		return true
	default:
		return false
	}
}
