package yamuxtransport

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

// conn is the link as the library sees it. It shows every header to the ledger, and
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
	head    [headerSize]byte // of the frame of data that is sent

	// The library reads from one goroutine and writes from one other.
	outScan  scanner
	toLedger func(header) error // outbound
	pings    ponger
	arrived  [headerSize]byte // the header that was read last
	seen     []byte           // what of it the library has still to see

	log *logger // what the library has said
}

func newConn(link net.Conn, led *ledger, pool *muxlink.Pool, limit int, log *logger, ended func(error)) *conn {
	c := &conn{
		in:       bufio.NewReaderSize(link, readBuffer),
		led:      led,
		ended:    ended,
		toLedger: led.outbound,
		log:      log,
	}
	c.out = muxlink.NewOutbox(link, pool, limit, c.writeFailed)
	c.pings.out = c.out
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
	if n, err := io.ReadFull(c.in, c.arrived[:]); err != nil {
		return muxlink.LinkEnd(err, n > 0)
	}
	h := parseHeader(c.arrived[:])
	e, err := c.led.inbound(h)
	if err != nil {
		return err
	}
	switch h.kind {
	case kindPing:
		if h.flags&flagSYN != 0 {
			return c.pings.pong(h.length)
		}
		return nil // nobody has asked
	case kindData:
		if err := c.body(e, int(h.length)); err != nil {
			return err
		}
		h.length = 0
		putHeader(c.arrived[:], h)
	case kindWindowUpdate:
	default:
		c.seen = c.arrived[:]
		return nil
	}
	if h.flags != 0 {
		c.seen = c.arrived[:]
	}
	switch {
	case e == nil:
	case h.flags&flagRST != 0:
		e.in.Cut(errReset)
	case h.flags&flagFIN != 0:
		e.in.End(io.EOF)
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

// Write is called by the library's sending goroutine only.
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
	return c.out.Put(c.head[:], p)
}

// grant lets the peer send more on e.
func (c *conn) grant(e *entry, more int) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	putHeader(c.head[:], header{kind: kindWindowUpdate, id: e.id, length: uint32(more)})
	return c.out.Put(c.head[:])
}

// writeFailed decides what an error of writing means. When the peer is gone the
// reader finds that out after it has read what the peer sent before it went.
func (c *conn) writeFailed(err error) {
	if !muxlink.PeerGone(err) {
		c.ended(muxlink.LinkEnd(err, false))
	}
}

// Close is called by the library when it ends the session. If nobody has said
// why before, then because the peer did something that the library does not bear
// with.
func (c *conn) Close() error {
	c.ended(fmt.Errorf("%w: %s", errProtocol, c.log.reason()))
	return c.out.Close()
}
