// Package mux lets all brokered connections of a gRPC plugin share its one
// connection, as go-plugin does when GRPCBrokerMultiplex is set.
//
// The connection carries a yamux session. A stream says nothing of what it is for:
// who is about to open one says so before, by a knock over the broker's stream, and
// opens it when the knock was answered. So each side keeps a queue of whom the next
// streams are for. The host opens the first stream without a knock, for the plugin's
// own services.
package mux

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/yamux"
)

// knockLimit bounds how many knocks may be answered whose streams have not come.
const knockLimit = 1024

// knockLife is how long a knock stands for the next stream. Whoever knocked opens the
// stream at once, or never.
const knockLife = 10 * time.Second

// A Mux is one side of a shared connection. All methods may be called concurrently.
type Mux struct {
	addr    net.Addr
	log     *log.Logger
	base    *listener     // streams without a knock; nil at the host
	ready   chan struct{} // closed when there is a session, or will be none
	closing func()        // ends the waiting for the connection
	done    chan struct{} // closed when the accepting has ended

	refusals Refusals

	mu        sync.Mutex
	session   *yamux.Session
	err       error
	expected  []knock
	listeners map[uint32]*listener
}

type knock struct {
	id uint32
	at time.Time
}

// Host returns the host's side of conn, which it owns. logger gets what yamux says.
func Host(conn net.Conn, logger *log.Logger) (*Mux, error) {
	m := newMux(conn.RemoteAddr(), logger, func() { conn.Close() })
	session, err := yamux.Client(conn, Config(logger))
	if err != nil {
		conn.Close()
		return nil, err
	}
	m.session = session
	close(m.ready)
	go func() {
		defer close(m.done)
		m.accept(session)
	}()
	return m, nil
}

// Plugin returns the plugin's side, of the first connection that l accepts. It owns l.
func Plugin(l net.Listener, logger *log.Logger) *Mux {
	m := newMux(l.Addr(), logger, func() { l.Close() })
	m.base = newListener(m, nil)
	go func() {
		defer close(m.done)
		conn, err := l.Accept()
		if err == nil {
			var session *yamux.Session
			if session, err = yamux.Server(conn, Config(logger)); err == nil {
				m.mu.Lock()
				m.session = session
				m.mu.Unlock()
				close(m.ready)
				m.accept(session)
				return
			}
			conn.Close()
		}
		m.end(err)
		close(m.ready)
	}()
	return m
}

func newMux(addr net.Addr, logger *log.Logger, closing func()) *Mux {
	return &Mux{
		addr: addr, log: logger, closing: closing,
		ready: make(chan struct{}), done: make(chan struct{}),
		listeners: make(map[uint32]*listener),
	}
}

// Config is yamux's default configuration, with a logger instead of the standard error
// and less patience with streams that the other side does not close. It is written out,
// since yamux's own function reads os.Stderr, which a plugin is about to set.
func Config(logger *log.Logger) *yamux.Config {
	return &yamux.Config{
		AcceptBacklog:          256,
		EnableKeepAlive:        true,
		KeepAliveInterval:      30 * time.Second,
		ConnectionWriteTimeout: 10 * time.Second,
		MaxStreamWindowSize:    256 << 10,
		StreamOpenTimeout:      75 * time.Second,
		StreamCloseTimeout:     closeTimeout,
		Logger:                 logger,
	}
}

// Main is the listener for the plugin's own services, nil at the host.
func (m *Mux) Main() net.Listener { return m.base }

// Dial opens a stream, when there is a connection.
func (m *Mux) Dial() (net.Conn, error) {
	<-m.ready
	m.mu.Lock()
	session, err := m.session, m.err
	m.mu.Unlock()
	if session == nil {
		return nil, err
	}
	return session.Open()
}

// Listen returns a listener for the streams that are announced by a knock for id. A
// second listener for an id takes the place of the first one.
func (m *Mux) Listen(id uint32) net.Listener {
	l := newListener(m, func(l *listener) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.listeners[id] == l {
			delete(m.listeners, id)
		}
	})
	m.mu.Lock()
	m.listeners[id] = l
	err := m.err
	m.mu.Unlock()
	if err != nil {
		l.fail(err)
	}
	return l
}

// Expect says that the next stream is for id.
func (m *Mux) Expect(id uint32) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.listeners[id] == nil {
		return errors.New("nobody listens for that number")
	}
	now := time.Now()
	for len(m.expected) > 0 && now.Sub(m.expected[0].at) >= knockLife {
		m.expected = m.expected[1:]
	}
	if len(m.expected) == knockLimit {
		return fmt.Errorf("%d streams were announced and not opened", knockLimit)
	}
	m.expected = append(m.expected, knock{id, now})
	return nil
}

// Close ends the connection and every stream, and waits until nothing of it runs.
// Calling it again is fine.
func (m *Mux) Close() error {
	m.closing()
	<-m.ready
	m.mu.Lock()
	session := m.session
	m.mu.Unlock()
	if session != nil {
		session.Close()
	}
	<-m.done
	return nil
}

// accept gives streams to their listeners until the session ends.
func (m *Mux) accept(session *yamux.Session) {
	defer session.Close()
	for {
		stream, err := session.Accept()
		if err != nil {
			m.end(err)
			return
		}
		if !m.target().deliver(stream) {
			m.log.Printf("[WARN] a stream was opened that nobody waits for; it is closed")
			if m.refusals.Refuse(stream) {
				m.log.Printf("[ERR] the other side opens streams that nobody waits for; it is disconnected")
				session.Close()
			}
		}
	}
}

// target is the listener that the next stream is for; nil if there is none.
func (m *Mux) target() *listener {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.expected) > 0 {
		next := m.expected[0]
		m.expected = m.expected[1:]
		if time.Since(next.at) < knockLife {
			return m.listeners[next.id]
		}
	}
	return m.base
}

// end tells all listeners that there will be no more streams.
func (m *Mux) end(err error) {
	if err == nil {
		err = io.EOF
	}
	m.mu.Lock()
	m.err = err
	all := make([]*listener, 0, len(m.listeners)+1)
	for _, l := range m.listeners {
		all = append(all, l)
	}
	m.mu.Unlock()
	if m.base != nil {
		all = append(all, m.base)
	}
	for _, l := range all {
		l.fail(err)
	}
}
