package smuxtransport

import (
	"fmt"
	"sync"
)

// An inbox holds what the peer has sent on one stream and nobody has read. The link fills
// it and the stream's reader empties it; what the library would keep frame by frame,
// however small, this keeps in pieces that are used again.
//
// How much the peer may send ahead is a window, which begins with [initialWindow] and
// grows once so much was read: what nobody reads costs no more than that.
type inbox struct {
	ready chan struct{} // gets a value when something changed for the reader

	mu      sync.Mutex
	first   *piece // what is read next
	last    *piece // what is filled next
	filling bool   // the link writes into last
	ended   bool   // no more comes after what is there
	shut    bool   // nobody reads: what comes is thrown away

	full   int    // how long the window becomes
	window int    // how long it is, as far as this side says
	ahead  int    // what has arrived and, as far as the peer knows, is unread
	freed  int    // how much of that was read
	read   uint32 // bytes that were read, ever; it goes round as that of the protocol does
	tested bool   // as much as the first window was read
}

// newInbox returns one whose window becomes full bytes long.
func newInbox(full int) *inbox {
	return &inbox{ready: make(chan struct{}, 1), full: full, window: min(initialWindow, full)}
}

// expect takes note that n bytes follow on the link, and returns an error where they are
// more than the peer may send. Before the first update it takes a window to be of the
// protocol's first length.
func (b *inbox) expect(n int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	most := max(initialWindow, b.window)
	if b.ahead += n; b.ahead > most {
		return fmt.Errorf("%w: %d bytes are unread, and the window is %d", errProtocol, b.ahead, most)
	}
	return nil
}

// space returns where up to n bytes that arrive are to be put, nil where they are thrown
// away. [inbox.filled] follows; only the link calls them.
func (b *inbox) space(n int) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shut || b.ended {
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
func (b *inbox) filled(n int) {
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

// end says that nothing follows what is there.
func (b *inbox) end() {
	b.mu.Lock()
	b.ended = true
	b.mu.Unlock()
	b.poke()
}

// poke makes the reader look again.
func (b *inbox) poke() {
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// take moves what is there to p, or says that nothing comes any more. Without either the
// reader waits for ready.
func (b *inbox) take(p []byte) (n int, over bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
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
	b.freed += n
	b.read += uint32(n)
	return n, n == 0 && b.ended
}

// update returns what the peer is to be told of, now that something was read. That is at
// every half of a window, which becomes full bytes long when the reader has shown that it
// reads, if grow allows that.
func (b *inbox) update(grow func() bool) (consumed uint32, window int, due bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.freed < b.window/2 || b.ended || b.shut {
		return 0, 0, false
	}
	if b.tested && b.window < b.full && grow() {
		b.window = b.full
	}
	b.tested = true
	b.ahead -= b.freed
	b.freed = 0
	return b.read, b.window, true
}

// close gives back what is there.
func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shut = true
	if !b.filling {
		b.drop()
	}
}

// drop gives back all pieces. Called with b.mu held.
func (b *inbox) drop() {
	for x := b.first; x != nil; {
		next := x.next
		x.recycle()
		x = next
	}
	b.first, b.last = nil, nil
}
