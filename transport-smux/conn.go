package smuxtransport

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

// readBuffer is how much is read from the link at a time, unless so much of a piece is
// still to come: then that goes past the buffer.
const readBuffer = 64 << 10

// conn is the link as the library sees it. It shows every frame to the ledger, and
// carries the data of streams past the library in both directions, which sees no more
// than that streams begin and end. It never blocks in Write.
type conn struct {
	out   *muxlink.Outbox
	in    *bufio.Reader
	led   *ledger
	ended func(error) // is told why the link ended, once or more

	// sending is held from the moment that the ledger learns of a frame until the outbox
	// has it: data of a stream must not get behind its end.
	sending sync.Mutex
	heads   [2 * headerSize]byte // of the frames that are sent

	// The library reads from one goroutine and writes from one other.
	outScan  scanner
	toLedger func(frame) error             // outbound
	arrived  [headerSize + updateSize]byte // the frame that was read last, without data
	seen     []byte                        // what of it the library has still to see
}

func newConn(link net.Conn, led *ledger, pool *muxlink.Pool, limit int, ended func(error)) *conn {
	c := &conn{
		in:       bufio.NewReaderSize(link, readBuffer),
		led:      led,
		ended:    ended,
		toLedger: led.outbound,
	}
	c.out = muxlink.NewOutbox(link, pool, limit, c.writeFailed)
	return c
}

// Read is called by the library's receiving goroutine only. It returns headers alone.
func (c *conn) Read(p []byte) (int, error) {
	for len(c.seen) == 0 {
		if err := c.next(); err != nil {
			c.ended(err)
			return 0, err
		}
	}
	n := copy(p, c.seen)
	c.seen = c.seen[n:]
	return n, nil
}

// next reads one frame.
func (c *conn) next() error {
	head, rest := c.arrived[:headerSize], c.arrived[headerSize:]
	if n, err := io.ReadFull(c.in, head); err != nil {
		return muxlink.LinkEnd(err, n > 0)
	}
	f := parseHeader(head)
	if f.kind == kindUPD && f.length == updateSize {
		if _, err := io.ReadFull(c.in, rest); err != nil {
			return muxlink.LinkEnd(err, true)
		}
		f.parseUpdate(rest)
	}
	e, err := c.led.inbound(f)
	if err != nil {
		return err
	}
	switch f.kind {
	case kindPSH:
		return c.body(e, int(f.length))
	case kindSYN:
		c.seen = head
	case kindFIN:
		c.seen = head
		if e != nil {
			e.in.End(io.EOF)
		}
	}
	return nil
}

// body reads n bytes of e, nil for a stream that there is not any more.
func (c *conn) body(e *entry, n int) error {
	if e == nil {
		return muxlink.Receive(c.in, nil, n)
	}
	if err := e.ahead.expect(n); err != nil {
		return fmt.Errorf("stream %d: %w", e.id, err)
	}
	return muxlink.Receive(c.in, e.in, n)
}

// Write is called by the library's sending goroutine only, with one whole frame.
func (c *conn) Write(p []byte) (int, error) {
	c.sending.Lock()
	defer c.sending.Unlock()
	if err := c.outScan.scan(p, c.toLedger); err != nil {
		return 0, err
	}
	if err := c.out.Put(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// maxData is how many bytes leave with one call of data: those of two frames.
const maxData = 2 * maxFrame

// data sends bytes of e, at most maxData, past the library, in frames that leave
// together. The library would copy them, and pass each frame through two goroutines and
// back. It counts what it sends for nothing but the window, which the ledger does too.
func (c *conn) data(e *entry, p []byte) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	if err := c.led.data(e, len(p)); err != nil {
		return err
	}
	n := len(p)
	if n > maxFrame { // two halves, and not a frame and some bytes
		n = (n + 1) / 2
	}
	one, two := c.heads[:headerSize], c.heads[headerSize:]
	putHeader(one, kindPSH, n, e.id)
	if n == len(p) {
		return c.out.Put(one, p)
	}
	putHeader(two, kindPSH, len(p)-n, e.id)
	return c.out.Put(one, p[:n], two, p[n:])
}

// update tells the peer what was read of e, and how far ahead it may be. It passes the
// library, perhaps between two of its frames but never within one. An error means that the
// session has ended.
func (c *conn) update(e *entry, consumed uint32, window int) error {
	return c.out.Put(appendUpdate(nil, frame{id: e.id, consumed: consumed, window: uint32(window)}))
}

// writeFailed decides what an error of writing means. When the peer is gone the
// reader finds that out after it has read what the peer sent before it went.
func (c *conn) writeFailed(err error) {
	if !muxlink.PeerGone(err) {
		c.ended(muxlink.LinkEnd(err, false))
	}
}

// Close is called by the library when the session closes it.
func (c *conn) Close() error { return c.out.Close() }
