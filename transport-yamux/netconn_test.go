package yamuxtransport

import (
	"errors"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"github.com/tenon-dev/tenon/core/transport"
)

// TestNetConn runs every subtest of nettest.TestConn, none left out. The contract
// of a Stream has no addresses and no deadline for writing, which nettest wants.
// So the test builds a net.Conn on top of the contract, as a user of it would:
// netConn gives up waiting for a Write and lets it finish behind the caller's
// back, with a copy of the bytes. What is under test is all the rest: order,
// read deadlines of every kind, closing, and calls at the same time.
func TestNetConn(t *testing.T) {
	for _, name := range []string{"socketpair", "tcp", "pipe"} {
		t.Run(name, func(t *testing.T) {
			nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
				host, plugin := sessionPair(t, linkNamed(t, name), transport.Config{})
				near, far, err := connect(t.Context(), host, plugin)
				if err != nil {
					return nil, nil, nil, err
				}
				a, b := newNetConn(near), newNetConn(far)
				return a, b, func() {
					a.Close()
					b.Close()
					host.Close()
					plugin.Close()
				}, nil
			})
		})
	}
}

// A netConn is a net.Conn made of a Stream.
type netConn struct {
	transport.Stream
	turn chan struct{} // holds a token while nobody writes

	mu       sync.Mutex
	deadline time.Time     // for writing
	changed  chan struct{} // closed when the deadline changes
}

func newNetConn(s transport.Stream) *netConn {
	c := &netConn{Stream: s, turn: make(chan struct{}, 1), changed: make(chan struct{})}
	c.turn <- struct{}{}
	return c
}

func (c *netConn) LocalAddr() net.Addr  { return &net.UnixAddr{Net: "unix"} }
func (c *netConn) RemoteAddr() net.Addr { return &net.UnixAddr{Net: "unix"} }

func (c *netConn) Read(p []byte) (int, error) {
	n, err := c.Stream.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = os.ErrDeadlineExceeded // nettest asserts net.Error on the error itself
	}
	return n, err
}

func (c *netConn) Write(p []byte) (int, error) {
	if err := c.await(c.turn); err != nil {
		return 0, err
	}
	p = append([]byte(nil), p...)
	var n int
	var err error
	done := make(chan struct{})
	go func() {
		n, err = c.Stream.Write(p)
		close(done)
		c.turn <- struct{}{}
	}()
	if werr := c.await(done); werr != nil {
		return 0, werr
	}
	return n, err
}

// await waits for ch until the write deadline.
func (c *netConn) await(ch <-chan struct{}) error {
	for {
		c.mu.Lock()
		deadline, changed := c.deadline, c.changed
		c.mu.Unlock()
		timer := time.NewTimer(time.Hour)
		if !deadline.IsZero() {
			timer.Reset(time.Until(deadline))
		}
		if !deadline.IsZero() && time.Until(deadline) <= 0 {
			timer.Stop()
			return os.ErrDeadlineExceeded
		}
		select {
		case <-ch:
			timer.Stop()
			return nil
		case <-timer.C:
		case <-changed:
		}
		timer.Stop()
	}
}

func (c *netConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	close(c.changed)
	c.changed = make(chan struct{})
	return nil
}

func (c *netConn) SetDeadline(t time.Time) error {
	c.SetWriteDeadline(t)
	return c.SetReadDeadline(t)
}
