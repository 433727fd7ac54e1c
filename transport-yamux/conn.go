package yamuxtransport

import (
	"bufio"
	"fmt"
	"net"
	"sync"
)

// readBuffer is how much is read from the link at a time, unless the library asks
// for more: then it goes past the buffer and need not be copied out of it. The
// library's own buffer holds 4 KiB.
const readBuffer = 64 << 10

// conn is the link as the library sees it. It shows every header to the ledger,
// reads in large pieces, sends data past the library, and never blocks in Write.
type conn struct {
	out   *outbox
	in    *bufio.Reader
	led   *ledger
	ended func(error) // is told why the link ended, once or more

	// sending is held from the moment that the ledger learns of a frame until the outbox
	// has it: data of a stream must not get behind its end.
	sending sync.Mutex
	head    [headerSize]byte // of the frame of data that is sent

	// The library reads from one goroutine and writes from one other.
	inScan, outScan scanner
	toLedger        func(header) error // outbound
	fromPeer        func(header) error // inbound
	pings           ponger

	log *logger // what the library has said
}

func newConn(link net.Conn, led *ledger, pool *pool, limit int, log *logger, ended func(error)) *conn {
	c := &conn{
		in:       bufio.NewReaderSize(link, readBuffer),
		led:      led,
		ended:    ended,
		toLedger: led.outbound,
		log:      log,
	}
	c.out = newOutbox(link, pool, limit, c.writeFailed)
	c.pings.out = c.out
	c.inScan.hidePings = true
	c.fromPeer = c.inbound
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

// inbound is shown every header of the peer.
func (c *conn) inbound(h header) error {
	if err := c.led.inbound(h); err != nil {
		return err
	}
	if h.kind == kindPing && h.flags&flagSYN != 0 {
		return c.pings.pong(h.length)
	}
	return nil
}

// Write is called by the library's sending goroutine only.
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

// data sends bytes of e past the library, which would pass them through a goroutine
// and back, and write the header by itself. What it counts for the window of the peer,
// the ledger counts too; an opened or accepted stream has been announced already.
func (c *conn) data(e *entry, p []byte) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	if err := c.led.data(e, len(p)); err != nil {
		return err
	}
	putHeader(c.head[:], header{kind: kindData, id: e.id, length: uint32(len(p))})
	return c.out.put(c.head[:], p)
}

// writeFailed decides what an error of writing means. When the peer is gone the
// reader finds that out after it has read what the peer sent before it went.
func (c *conn) writeFailed(err error) {
	if !peerGone(err) {
		c.ended(linkEnd(err, false))
	}
}

// Close is called by the library when it ends the session. If nobody has said
// why before, then because the peer did something that the library does not bear
// with.
func (c *conn) Close() error {
	c.ended(fmt.Errorf("%w: %s", errProtocol, c.log.reason()))
	return c.out.close()
}
