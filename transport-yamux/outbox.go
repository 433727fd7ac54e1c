package yamuxtransport

import (
	"fmt"
	"net"
	"sync"
)

// An outbox stands between the multiplexer and its link, so that a link that is
// full never blocks the multiplexer. Bytes go to the link at once as far as that
// takes them; the rest is written by a goroutine that lives until the outbox is
// empty. Streams wait here until their bytes are gone, where waiting can be
// interrupted, and that bounds what the outbox holds.
//
// Without it a window update, the acceptance or the end of a stream would queue
// behind the data of others inside the library, which has no way to take a
// waiting caller out of there.
type outbox struct {
	link  net.Conn
	try   func([][]byte) (int, error) // writes without blocking; nil if the link cannot
	pool  *pool
	gate  gate        // whom streams ask before large writes
	limit int         // what may wait besides the budget
	fail  func(error) // is told the first error, without the lock

	mu     sync.Mutex
	parts  [maxParts][]byte // what is put in at the moment
	buf    []byte           // not written yet
	spare  []byte           // an empty buffer to go on with, or nil
	busy   bool             // the goroutine runs
	queued uint64           // bytes put in, ever
	sent   uint64           // bytes the link took, ever
	err    error            // the link's first error
	closed bool
	moved  chan struct{} // non-nil when somebody waits; closed when something changed
	writer sync.WaitGroup
}

func newOutbox(link net.Conn, pool *pool, limit int, fail func(error)) *outbox {
	return &outbox{link: link, try: nonBlocking(link), pool: pool, limit: limit + budget, fail: fail}
}

// maxParts is how many slices one put takes.
const maxParts = 2

// put takes all of the parts, together a whole number of frames. Once the link is
// broken it throws everything away: the reading side learns soon enough, and has bytes
// to deliver until then.
func (o *outbox) put(given ...[]byte) error {
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		return net.ErrClosed
	}
	if o.err != nil {
		o.mu.Unlock()
		return nil
	}
	parts := o.parts[:copy(o.parts[:], given)]
	left := 0
	for _, p := range parts {
		left += len(p)
	}
	o.queued += uint64(left)
	if !o.busy && o.try != nil {
		n := o.attempt(parts)
		left -= n
		parts = skip(parts, n)
	}
	if left > 0 && o.err == nil {
		o.hold(parts, left)
		if !o.busy {
			o.busy = true
			o.writer.Go(o.drain)
		}
		if len(o.buf) > o.limit {
			o.breakWith(fmt.Errorf("%d bytes wait for a peer that sends and does not read", len(o.buf)))
		}
	}
	err := o.err
	clear(o.parts[:])
	o.mu.Unlock()
	if err != nil {
		o.fail(err)
	}
	return nil
}

// skip returns what is left of parts after their first n bytes.
func skip(parts [][]byte, n int) [][]byte {
	for len(parts) > 0 && n >= len(parts[0]) {
		n -= len(parts[0])
		parts = parts[1:]
	}
	if len(parts) > 0 {
		parts[0] = parts[0][n:]
	}
	return parts
}

// attempt returns how many bytes of parts the link took at once.
func (o *outbox) attempt(parts [][]byte) int {
	n, err := o.try(parts)
	o.sent += uint64(n)
	if err != nil {
		o.breakWith(err)
	}
	return n
}

// hold copies parts of n bytes to the end of what is to be written.
func (o *outbox) hold(parts [][]byte, n int) {
	if need := len(o.buf) + n; need > cap(o.buf) {
		longer := append(o.pool.get(need), o.buf...)
		o.pool.put(o.buf)
		o.buf = longer
	}
	for _, p := range parts {
		o.buf = append(o.buf, p...)
	}
}

// drain writes until there is nothing left.
func (o *outbox) drain() {
	o.mu.Lock()
	for len(o.buf) > 0 && o.err == nil && !o.closed {
		p := o.buf
		o.buf, o.spare = o.spare, nil
		o.mu.Unlock()
		n, err := o.link.Write(p)
		o.mu.Lock()
		o.sent += uint64(n)
		if cap(p) < minPooled {
			o.spare = p[:0]
		} else {
			o.pool.put(p)
		}
		if err != nil && o.err == nil {
			o.breakWith(err)
		}
		o.wake()
	}
	o.busy = false
	err := o.err
	o.mu.Unlock()
	if err != nil {
		o.fail(err)
	}
}

// breakWith records the link's first error.
func (o *outbox) breakWith(err error) {
	o.err = err
	o.buf, o.spare = nil, nil
	o.gate.close()
	o.wake()
}

func (o *outbox) wake() {
	if o.moved != nil {
		close(o.moved)
		o.moved = nil
	}
}

// position returns how many bytes were put in, and how many of them the link took.
func (o *outbox) position() (queued, sent uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.queued, o.sent
}

// flush waits until all that was put in before has been given to the link, or
// stop is closed.
func (o *outbox) flush(stop <-chan struct{}) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for pos := o.queued; o.err == nil && o.sent < pos; {
		if o.closed {
			return errEnded
		}
		if o.moved == nil {
			o.moved = make(chan struct{})
		}
		moved := o.moved
		o.mu.Unlock()
		select {
		case <-moved:
			o.mu.Lock()
		case <-stop:
			o.mu.Lock()
			return net.ErrClosed
		}
	}
	return o.err
}

// close closes the link, and drops what it has not taken. It does not wait.
func (o *outbox) close() error {
	o.mu.Lock()
	again := o.closed
	o.closed = true
	o.gate.close()
	o.wake()
	o.mu.Unlock()
	if again {
		return nil
	}
	return o.link.Close()
}

// join waits for the goroutine, which ends because the link was closed.
func (o *outbox) join() { o.writer.Wait() }
