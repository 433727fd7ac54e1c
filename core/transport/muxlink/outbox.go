package muxlink

import (
	"fmt"
	"net"
	"sync"
)

// An Outbox stands between the multiplexer and its link, so that a link that is
// full never blocks the multiplexer. Bytes go to the link at once as far as that
// takes them; the rest is written by a goroutine that lives until the outbox is
// empty. Streams wait here until their bytes are gone, where waiting can be
// interrupted, and that bounds what the outbox holds.
//
// Without it a window update, the acceptance or the end of a stream would queue
// behind the data of others inside the library, which has no way to take a
// waiting caller out of there.
//
// Its methods may be called by any goroutine.
type Outbox struct {
	link  net.Conn
	try   func([][]byte) (int, error) // writes without blocking; nil if the link cannot
	pool  *Pool
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

// NewOutbox returns one in front of link, which it owns from now on as far as writing and
// closing go. Besides large writes of a [Writer], which are bounded together, limit bytes
// may wait for the link: with more of them the outbox fails. fail is told the first error
// of the link, once or more, and must not wait.
func NewOutbox(link net.Conn, pool *Pool, limit int, fail func(error)) *Outbox {
	return &Outbox{link: link, try: nonBlocking(link), pool: pool, limit: limit + budget, fail: fail}
}

// maxParts is how many slices one Put takes.
const maxParts = 4

// Put takes all of the parts, four at most and together a whole number of frames, and
// keeps none of them. It does not wait for the link. Once that is broken it throws
// everything away: the reading side learns soon enough, and has bytes to deliver until
// then. The error is [net.ErrClosed], after Close.
func (o *Outbox) Put(given ...[]byte) error {
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
func (o *Outbox) attempt(parts [][]byte) int {
	n, err := o.try(parts)
	o.sent += uint64(n)
	if err != nil {
		o.breakWith(err)
	}
	return n
}

// hold copies parts of n bytes to the end of what is to be written.
func (o *Outbox) hold(parts [][]byte, n int) {
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
func (o *Outbox) drain() {
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
func (o *Outbox) breakWith(err error) {
	o.err = err
	o.buf, o.spare = nil, nil
	o.gate.close()
	o.wake()
}

func (o *Outbox) wake() {
	if o.moved != nil {
		close(o.moved)
		o.moved = nil
	}
}

// Position returns how many bytes were put in, and how many of them the link took.
func (o *Outbox) Position() (queued, sent uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.queued, o.sent
}

// Flush waits until all that was put in before has been given to the link. It returns
// the link's error, [ErrEnded] after Close, and [net.ErrClosed] when stop is closed first.
func (o *Outbox) Flush(stop <-chan struct{}) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for pos := o.queued; o.err == nil && o.sent < pos; {
		if o.closed {
			return ErrEnded
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

// Close closes the link, and drops what it has not taken. It does not wait.
func (o *Outbox) Close() error {
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

// Join waits for the goroutine, which ends when the outbox is empty or was closed.
func (o *Outbox) Join() { o.writer.Wait() }
