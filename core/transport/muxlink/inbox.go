package muxlink

import (
	"bufio"
	"io"
	"sync"
)

// An Inbox holds what the peer has sent on one stream and nobody has read. The link fills
// it and the stream's reader empties it, in pieces that are used again: however small the
// frames are that bytes come in, they take little more memory than themselves.
//
// How much the peer may send is not its concern: who receives looks to that before.
type Inbox struct {
	ready chan struct{} // gets a value when something changed for the reader

	mu      sync.Mutex
	first   *piece // what is read next
	last    *piece // what is filled next
	filling bool   // the link writes into last
	err     error  // why no more comes after what is there
	cut     bool   // what is there does not count any more
	shut    bool   // nobody reads: what comes is thrown away
}

// NewInbox returns an empty one.
func NewInbox() *Inbox { return &Inbox{ready: make(chan struct{}, 1)} }

// Receive reads the next n bytes of link, which belong to in; with a nil in, that of a
// stream which is there no more, they are thrown away. Only the goroutine that reads the
// link calls it. Its error is one of [LinkEnd].
func Receive(link *bufio.Reader, in *Inbox, n int) error {
	for n > 0 {
		var to []byte
		if in != nil {
			to = in.space(n)
		}
		if to == nil {
			if _, err := link.Discard(n); err != nil {
				return LinkEnd(err, true)
			}
			return nil
		}
		k, err := io.ReadFull(link, to)
		in.filled(k)
		if err != nil {
			return LinkEnd(err, true)
		}
		n -= k
	}
	return nil
}

// space returns where up to n bytes that arrive are to be put, nil where they are thrown
// away. [Inbox.filled] follows.
func (b *Inbox) space(n int) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shut || b.err != nil {
		return nil
	}
	if b.last == nil || b.last.full() {
		next := newPiece(n, b.last)
		if b.last == nil {
			b.first = next
		} else {
			b.last.next = next
		}
		b.last = next
	}
	b.filling = true
	free := b.last.free()
	return free[:min(n, len(free))]
}

// filled says that n bytes are where space said.
func (b *Inbox) filled(n int) {
	b.mu.Lock()
	b.filling = false
	if b.shut {
		b.drop()
	} else {
		b.last.end += n
	}
	b.mu.Unlock()
	b.poke()
}

// End says that nothing follows what is there, and why: [io.EOF], or something else.
func (b *Inbox) End(err error) { b.end(err, false) }

// Cut says that nothing comes any more, not what is there either, and why.
func (b *Inbox) Cut(err error) { b.end(err, true) }

func (b *Inbox) end(err error, cut bool) {
	b.mu.Lock()
	if b.err == nil || cut {
		b.err, b.cut = err, cut
	}
	b.mu.Unlock()
	b.poke()
}

// poke makes the reader look again.
func (b *Inbox) poke() {
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// take moves what is there to p, or says why nothing comes any more. Without either the
// reader waits for ready.
func (b *Inbox) take(p []byte) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cut {
		return 0, b.err
	}
	for n < len(p) && b.first != nil {
		x := b.first
		k := copy(p[n:], x.unread())
		x.start += k
		n += k
		if x.start < x.end || x == b.last && b.filling {
			break
		}
		b.first = x.next
		if b.first == nil {
			b.last = nil
		}
		x.recycle()
	}
	if n == 0 {
		err = b.err
	}
	return n, err
}

// Over reports whether the peer sends no more on the stream, or nobody reads it: then it
// need not be told that it may.
func (b *Inbox) Over() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err != nil || b.shut
}

// close gives back what is there.
func (b *Inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shut = true
	if !b.filling {
		b.drop()
	}
}

// drop gives back all pieces. Called with b.mu held.
func (b *Inbox) drop() {
	for x := b.first; x != nil; {
		next := x.next
		x.recycle()
		x = next
	}
	b.first, b.last = nil, nil
}
