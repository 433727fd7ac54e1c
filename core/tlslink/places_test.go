package tlslink

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// fakeSocket is a listener whose connections the test hands over.
type fakeSocket struct {
	conns chan net.Conn
	done  chan struct{}
}

func (s *fakeSocket) Accept() (net.Conn, error) {
	select {
	case c := <-s.conns:
		return c, nil
	case <-s.done:
		return nil, net.ErrClosed
	}
}

func (s *fakeSocket) Close() error   { close(s.done); return nil }
func (s *fakeSocket) Addr() net.Addr { return &net.TCPAddr{} }

// guests returns a listener, and what connects to it.
func newGuests(t *testing.T) (l *listener, host *tls.Config, connect func() net.Conn) {
	t.Helper()
	theirs, theirPin, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	mine, myPin, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	s := &fakeSocket{conns: make(chan net.Conn), done: make(chan struct{})}
	l = &listener{socket: s, config: config(mine, theirPin), close: sync.OnceValue(s.Close)}
	return l, config(theirs, myPin), func() net.Conn {
		a, b := net.Pipe()
		t.Cleanup(func() { a.Close() })
		s.conns <- b
		return a
	}
}

// The host is looked at at once, however many were there before who say nothing.
func TestSilentKeepNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, cfg, connect := newGuests(t)
		began := time.Now()
		accepted := make(chan net.Conn)
		go func() {
			conn, err := l.Accept(t.Context())
			if err != nil {
				t.Error(err)
			}
			accepted <- conn
		}()
		for range 4 * atOnce {
			connect()
		}
		host := tls.Client(connect(), cfg)
		if err := host.Handshake(); err != nil {
			t.Fatal(err)
		}
		conn := <-accepted
		if took := time.Since(began); took > 0 {
			t.Errorf("the host was kept waiting for %v", took)
		}
		go io.WriteString(conn, "x")
		if _, err := io.ReadFull(host, make([]byte, 1)); err != nil {
			t.Error(err)
		}
		conn.Close()
		host.Close()
	})
}

// Who has spoken keeps its place before those who have not, and nobody for longer than a
// handshake may take.
func TestPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, cfg, connect := newGuests(t)
		failed := make(chan error, 1)
		go func() {
			conn, err := l.Accept(t.Context())
			if err == nil {
				conn.Close()
			}
			failed <- err
		}()
		open := func(c net.Conn) bool {
			c.SetReadDeadline(time.Now().Add(time.Nanosecond))
			_, err := c.Read(make([]byte, 1))
			var late net.Error
			return errors.As(err, &late) && late.Timeout()
		}
		spoke := connect()
		io.WriteString(spoke, "\x16\x03\x01") // the beginning of a handshake
		synctest.Wait()
		oldest := connect()
		for range atOnce - 1 {
			connect()
		}
		synctest.Wait()
		if !open(spoke) || open(oldest) {
			t.Errorf("who spoke is there: %v; the oldest who did not: %v", open(spoke), open(oldest))
		}
		time.Sleep(handshakeTimeout)
		synctest.Wait()
		if open(spoke) {
			t.Error("one who does not go on is still there")
		}
		host := tls.Client(connect(), cfg)
		if err := host.Handshake(); err != nil {
			t.Error(err)
		}
		if err := <-failed; err != nil {
			t.Error(err)
		}
	})
}
