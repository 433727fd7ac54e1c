package smuxtransport

import (
	"bufio"
	"net"
	"sync"
)

// readBuffer is how much is read from the link at a time, unless the library asks
// for more: then it goes past the buffer and need not be copied out of it. The
// library reads each header and each body with a call of its own.
const readBuffer = 192 << 10

// conn is the link as the library sees it. It shows every frame to the ledger,
// reads in large pieces, and never blocks in Write.
type conn struct {
	out   *outbox
	in    *bufio.Reader
	led   *ledger
	ended func(error) // is told why the link ended, once or more

	// sending is held from the moment that the ledger learns of a frame until the outbox
	// has it: data of a stream must not get behind its end.
	sending sync.Mutex
	heads   [2 * headerSize]byte // of the frames that are sent

	// The library reads from one goroutine and writes from one other.
	inScan, outScan scanner
	toLedger        func(frame) error // outbound
	fromPeer        func(frame) error // inbound
}

func newConn(link net.Conn, led *ledger, pool *pool, limit int, ended func(error)) *conn {
	c := &conn{
		in:       bufio.NewReaderSize(link, readBuffer),
		led:      led,
		ended:    ended,
		toLedger: led.outbound,
		fromPeer: led.inbound,
	}
	c.out = newOutbox(link, pool, limit, c.writeFailed)
	return c
}

// Read is called by the library's receiving goroutine only.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	if serr := c.inScan.scan(p[:n], c.fromPeer); serr != nil {
		c.ended(serr)
		return 0, serr
	}
	if err != nil {
		c.ended(linkEnd(err, !c.inScan.between()))
	}
	return n, err
}

// Write is called by the library's sending goroutine only, with one whole frame.
func (c *conn) Write(p []byte) (int, error) {
	c.sending.Lock()
	defer c.sending.Unlock()
	if err := c.outScan.scan(p, c.toLedger); err != nil {
		return 0, err
	}
	if err := c.out.put(p); err != nil {
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
		return c.out.put(one, p)
	}
	putHeader(two, kindPSH, len(p)-n, e.id)
	return c.out.put(one, p[:n], two, p[n:])
}

// update sends an update past the library, which may be between two of its
// frames but never within one. An error means that the session has ended.
func (c *conn) update(f frame) error {
	f.kind = kindUPD
	_ = c.led.outbound(f) // never fails for an update
	return c.out.put(appendUpdate(nil, f))
}

// writeFailed decides what an error of writing means. When the peer is gone the
// reader finds that out after it has read what the peer sent before it went.
func (c *conn) writeFailed(err error) {
	if !peerGone(err) {
		c.ended(linkEnd(err, false))
	}
}

// Close is called by the library when the session closes it.
func (c *conn) Close() error { return c.out.close() }
