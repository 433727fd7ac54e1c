package rpc

import (
	"errors"
	"net"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// conn is a raw connection: a stream whose bytes are not framed. Its io.EOF means
// that the other end was closed, or the copying to it ended; a protocol that runs over
// it must say by itself where it ends, as over a socket. It has no CloseWrite: on the
// wire there is nothing for that.
type conn struct {
	transport.Stream
	r    *readBuffer // over the stream; it may hold what came early
	side transport.Side
	flow *flow

	once  sync.Once
	mu    sync.Mutex
	timer *time.Timer // of the write deadline
	late  bool
	alone bool // it ended once, and the session had not: that is not waited for again
}

var _ net.Conn = (*conn)(nil)

// Read implements [net.Conn].
func (c *conn) Read(p []byte) (int, error) {
	defer runtime.KeepAlive(c)
	n, err := c.r.Read(p)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return n, os.ErrDeadlineExceeded // a net.Error itself, which callers look for
	}
	return n, c.reason(err)
}

// Write implements [net.Conn].
func (c *conn) Write(p []byte) (int, error) {
	defer runtime.KeepAlive(c)
	n, err := c.Stream.Write(p)
	if err == nil {
		return n, nil
	}
	c.mu.Lock()
	late := c.late
	c.mu.Unlock()
	if late {
		return n, os.ErrDeadlineExceeded
	}
	return n, c.reason(err)
}

// reason returns why the connection ended: the end of the session where that is the
// reason, which may be known a moment later only, else err.
func (c *conn) reason(err error) error {
	peer := c.flow.peer
	c.mu.Lock()
	alone := c.alone
	c.mu.Unlock()
	c.flow.mu.Lock()
	closed := c.flow.closed
	c.flow.mu.Unlock()
	if !alone && !closed {
		timer := time.NewTimer(linkEndGrace)
		defer timer.Stop()
		select {
		case <-peer.failed:
		case <-timer.C:
		}
	}
	if peer.Ending() {
		<-peer.done
		return peer.leaving()
	}
	c.mu.Lock()
	c.alone = true
	c.mu.Unlock()
	return err
}

// Close implements [net.Conn].
func (c *conn) Close() error {
	err := c.Stream.Close()
	c.once.Do(func() {
		c.SetWriteDeadline(time.Time{})
		c.flow.abort(errFlowOver)
	})
	return err
}

// LocalAddr implements [net.Conn].
func (c *conn) LocalAddr() net.Addr { return connAddr(c.side.String()) }

// RemoteAddr implements [net.Conn].
func (c *conn) RemoteAddr() net.Addr { return connAddr(c.side.Peer().String()) }

// SetDeadline implements [net.Conn].
func (c *conn) SetDeadline(t time.Time) error {
	c.SetWriteDeadline(t)
	return c.SetReadDeadline(t)
}

// SetWriteDeadline implements [net.Conn]. A write that comes too late ends the
// connection: half a frame of a multiplexer cannot be taken back.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	if !t.IsZero() {
		c.timer = time.AfterFunc(time.Until(t), func() {
			c.mu.Lock()
			c.late = true
			c.mu.Unlock()
			c.Stream.Close()
		})
	}
	return nil
}

// connAddr names an end of a connection.
type connAddr string

// Network implements [net.Addr].
func (connAddr) Network() string { return "tenon" }

// String implements [net.Addr].
func (a connAddr) String() string { return string(a) }
