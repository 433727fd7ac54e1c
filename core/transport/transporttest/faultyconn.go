package transporttest

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// errCut is what a faultyConn says once it has been cut.
var errCut = errors.New("the suite cut the link")

// faults says in which legal ways a faultyConn is unpleasant. Zero means not.
type faults struct {
	maxRead    int   // a Read returns at most so many bytes
	maxWrite   int   // a Write reaches the peer in pieces of at most so many bytes
	pauseEvery int   // every so many operations there is a delay
	cutAfter   int64 // the link ends once so many bytes were written in this direction, minus one
}

// faultyConn is a connection that does what a connection may do and seldom
// does: short reads, writes that arrive in pieces, pauses, and an end in the
// middle of a write.
type faultyConn struct {
	net.Conn
	faults  faults
	ops     atomic.Int64
	closed  atomic.Int64
	mu      sync.Mutex // guards written
	written int64
}

func newFaultyConn(c net.Conn, f faults) *faultyConn { return &faultyConn{Conn: c, faults: f} }

func (c *faultyConn) Read(p []byte) (int, error) {
	c.delay()
	if m := c.faults.maxRead; m > 0 && len(p) > m {
		p = p[:m]
	}
	return c.Conn.Read(p)
}

func (c *faultyConn) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		c.delay()
		piece := p[done:]
		if m := c.faults.maxWrite; m > 0 && len(piece) > m {
			piece = piece[:m]
		}
		piece, cut := c.upToCut(piece)
		n, err := c.Conn.Write(piece)
		done += n
		if err != nil {
			return done, err
		}
		if cut {
			c.Conn.Close()
			return done, errCut
		}
	}
	return done, nil
}

// upToCut returns the part of p that comes before the cut, and whether the cut
// is at its end.
func (c *faultyConn) upToCut(p []byte) ([]byte, bool) {
	limit := c.faults.cutAfter
	if limit <= 0 {
		return p, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	left := limit - 1 - c.written
	if int64(len(p)) < left {
		c.written += int64(len(p))
		return p, false
	}
	c.written += max(left, 0)
	return p[:max(left, 0)], true
}

// Close counts, so that a case can see whether a session let go of its link.
func (c *faultyConn) Close() error {
	c.closed.Add(1)
	return c.Conn.Close()
}

func (c *faultyConn) delay() {
	if every := int64(c.faults.pauseEvery); every > 0 && c.ops.Add(1)%every == 0 {
		pause(10 * time.Microsecond)
	}
}
