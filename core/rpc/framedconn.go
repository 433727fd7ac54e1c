package rpc

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"time"
)

// A framedConn is a connection of the other side, whose bytes are framed: so each
// direction has an end of its own, and a clean end is told from a broken one. What is
// written is queued, up to a bound, and a deadline for writing finds nothing half done.
type framedConn struct {
	f *flow

	reads  sync.Mutex // held while reading
	in     byteReader
	writes sync.Mutex // held while writing: what is written at once stays together

	mu       sync.Mutex
	closed   bool
	readable *deadline
	writable *deadline
}

var _ interface {
	net.Conn
	CloseWrite() error
} = (*framedConn)(nil)

// framed makes a flow whose stream is there into a connection.
func (f *flow) framed() *framedConn {
	return &framedConn{f: f, in: byteReader{f: f}, readable: newDeadline(), writable: newDeadline()}
}

// Read implements [net.Conn].
func (c *framedConn) Read(p []byte) (int, error) {
	defer runtime.KeepAlive(c)
	c.reads.Lock()
	defer c.reads.Unlock()
	if err := c.mayUse(c.readable); err != nil {
		return 0, err
	}
	n, err := c.in.Read(p)
	switch {
	case err == nil, isEnd(err):
		return n, err
	case c.isClosed():
		return n, errConnClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return n, os.ErrDeadlineExceeded // a net.Error itself, which callers look for
	}
	return n, err
}

// Write implements [net.Conn]. What it says was written leaves in the background, also
// after Close.
func (c *framedConn) Write(p []byte) (int, error) {
	defer runtime.KeepAlive(c)
	c.writes.Lock()
	defer c.writes.Unlock()
	for written := 0; ; {
		if err := c.mayUse(c.writable); err != nil {
			return written, err
		}
		n := min(len(p)-written, maxFrame)
		if n == 0 {
			return written, nil
		}
		if err := c.send(p[written : written+n]); err != nil {
			return written, err
		}
		written += n
	}
}

// send queues one frame, as soon as there is room.
func (c *framedConn) send(p []byte) error {
	if err := c.f.maySend(); err != nil {
		return err
	}
	m := newBuffer(headroom + len(p))
	m.b = append(m.b[:headroom], p...)
	_, err := c.f.w.send(c.writable, header{typ: frameChunk}, m, flushOther)
	switch {
	case err == nil:
		return nil
	case c.isClosed():
		return errConnClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return os.ErrDeadlineExceeded
	}
	if err = c.f.cutOff(err); c.f.peer.Ending() {
		return err
	}
	return fmt.Errorf("the %v has closed the connection: %w", c.f.peer.cfg.Side.Peer(), io.ErrClosedPipe)
}

var errConnClosed = fmt.Errorf("the connection was closed on this side: %w", net.ErrClosed)

// mayUse says why the connection cannot be used within d, or nil.
func (c *framedConn) mayUse(d *deadline) error {
	if c.isClosed() {
		return errConnClosed
	}
	return d.Err()
}

func (c *framedConn) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// CloseWrite ends what is written, as [net.TCPConn.CloseWrite] does: the other end reads
// io.EOF behind it, and what that still sends can be read.
func (c *framedConn) CloseWrite() error {
	defer runtime.KeepAlive(c)
	if c.isClosed() {
		return errConnClosed
	}
	c.f.end(nil, nil)
	return nil
}

// Close implements [net.Conn].
func (c *framedConn) Close() error {
	c.mu.Lock()
	again := c.closed
	c.closed = true
	if !again {
		c.writable.set(time.Unix(1, 0))
		c.f.stream.SetReadDeadline(time.Unix(1, 0)) // a Read that waits
	}
	c.mu.Unlock()
	if !again {
		c.f.end(nil, nil)
		c.f.stop()
		c.readable.set(time.Time{})
		c.f.peer.later(c.drain)
	}
	return nil
}

// drain reads on when the connection was closed. Who writes to it may stand still for
// that, and not take what was written here before.
func (c *framedConn) drain() {
	c.reads.Lock() // a Read that waited has returned
	c.f.stream.SetReadDeadline(time.Time{})
	c.reads.Unlock()
	c.f.watch()
}

// LocalAddr implements [net.Conn].
func (c *framedConn) LocalAddr() net.Addr { return connAddr(c.f.peer.cfg.Side.String()) }

// RemoteAddr implements [net.Conn].
func (c *framedConn) RemoteAddr() net.Addr { return connAddr(c.f.peer.cfg.Side.Peer().String()) }

// SetDeadline implements [net.Conn].
func (c *framedConn) SetDeadline(t time.Time) error {
	c.SetWriteDeadline(t)
	return c.SetReadDeadline(t)
}

// SetReadDeadline implements [net.Conn].
func (c *framedConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errConnClosed
	}
	c.readable.set(t)
	return c.f.stream.SetReadDeadline(t)
}

// SetWriteDeadline implements [net.Conn]. A write that the deadline finds under way says
// how much is queued, and leaves that way; the connection can be used on.
func (c *framedConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errConnClosed
	}
	c.writable.set(t)
	return nil
}
