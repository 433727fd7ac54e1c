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
// it must say by itself where it ends, as over a socket. It has no CloseWrite: a peer
// that knows of one passes a framedConn.
type conn struct {
	transport.Stream
	r    *readBuffer // over the stream; it may hold what came early
	side transport.Side
	flow *flow

	once   sync.Once
	reads  sync.Mutex // held while reading, and writes while writing: a stream bears one at a time
	writes sync.Mutex

	mu        sync.Mutex
	timer     *time.Timer // of the write deadline
	deadlines uint64      // how many were set
	late      bool        // the last one has passed
	writing   bool        // the stream is being written to
	cut       bool        // a deadline passed meanwhile, and that was the end
	alone     bool        // it ended once, and the session had not: that is not waited for again
}

var _ net.Conn = (*conn)(nil)

// Read implements [net.Conn].
func (c *conn) Read(p []byte) (int, error) {
	defer runtime.KeepAlive(c)
	c.reads.Lock()
	n, err := c.r.Read(p)
	c.reads.Unlock()
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
	n, err := c.write(p)
	if err == nil || err == os.ErrDeadlineExceeded {
		return n, err
	}
	return n, c.reason(err)
}

func (c *conn) write(p []byte) (int, error) {
	c.writes.Lock()
	defer c.writes.Unlock()
	c.mu.Lock()
	late := c.late
	c.writing = !late
	c.mu.Unlock()
	if late {
		return 0, os.ErrDeadlineExceeded
	}
	n, err := c.Stream.Write(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing = false
	if err != nil && c.cut {
		return n, os.ErrDeadlineExceeded
	}
	return n, err
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

// SetWriteDeadline implements [net.Conn]. A write that the deadline finds under way ends
// the connection: half a frame of a multiplexer cannot be taken back. A deadline that
// passes while nothing is written only refuses what is written later, until it is set
// again.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	c.late = false
	c.deadlines++
	set, left := c.deadlines, time.Until(t)
	past := !t.IsZero() && left <= 0
	if !t.IsZero() && !past {
		c.timer = time.AfterFunc(left, func() { c.passed(set) })
	}
	c.mu.Unlock()
	if past {
		c.passed(set)
	}
	return nil
}

// passed is called when the write deadline has passed that was set as that one of all.
func (c *conn) passed(set uint64) {
	c.mu.Lock()
	cut := false
	if c.deadlines == set { // no other one was set meanwhile
		c.late, cut = true, c.writing
		c.cut = c.cut || cut
	}
	c.mu.Unlock()
	if cut {
		c.Stream.Close()
	}
}

// connAddr names an end of a connection.
type connAddr string

// Network implements [net.Addr].
func (connAddr) Network() string { return "tenon" }

// String implements [net.Addr].
func (a connAddr) String() string { return string(a) }
