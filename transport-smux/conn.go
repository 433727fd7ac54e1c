package smuxtransport

import (
	"bufio"
	"net"
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
	if err := c.outScan.scan(p, c.toLedger); err != nil {
		return 0, err
	}
	if err := c.out.put(p); err != nil {
		return 0, err
	}
	return len(p), nil
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
