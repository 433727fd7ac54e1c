package yamuxtransport

import (
	"fmt"
	"sync"
)

// An inbox holds what the peer has sent on one stream and nobody has read. The link fills
// it and the stream's reader empties it; what the library would do with a buffer that
// doubles, this does with pieces that are used again.
//
// How much the peer may send ahead is a window, which begins with [initialWindow] and
// grows once so much was read: what nobody reads costs no more than that.
type inbox struct {
	ready chan struct{} // gets a value when something changed for the reader

	mu      sync.Mutex
	first   *piece // what is read next
	last    *piece // what is filled next
	filling bool   // the link writes into last
	err     error  // no more comes after what is there; errReset: and that does not count
	shut    bool   // nobody reads: what comes is thrown away

	window int  // what may be on its way here and unread
	room   int  // what the peer may still send
	freed  int  // what was read, and the peer was not told of
	tested bool // as much as the first window was read
}

func newInbox() *inbox {
	return &inbox{ready: make(chan struct{}, 1), window: initialWindow, room: initialWindow}
}

// expect takes note that n bytes follow on the link, and returns an error where they are
// more than the peer was granted.
func (b *inbox) expect(n int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n > b.room {
		return fmt.Errorf("%w: receive window exceeded: %d bytes, where it may send %d", errProtocol, n, b.room)
	}
	b.room -= n
	return nil
}

// space returns where up to n bytes that arrive are to be put, nil where they are thrown
// away. [inbox.filled] follows; only the link calls them.
func (b *inbox) space(n int) []byte {
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

// end says that nothing follows what is there, and why.
func (b *inbox) end(err error) {
	b.mu.Lock()
	if b.err == nil || err == errReset {
		b.err = err
	}
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

// take moves what is there to p, or says why nothing comes any more. Without either the
// reader waits for ready.
func (b *inbox) take(p []byte) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == errReset {
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
	b.freed += n
	if n == 0 {
		err = b.err
	}
	return n, err
}

// grant returns by how much the window moves on, now that something was read. It says so
// at every half of a window, and makes it full bytes long when the reader has shown that
// it reads, if grow allows that.
func (b *inbox) grant(full int, grow func() bool) (more int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.freed < b.window/2 || b.err != nil || b.shut {
		return 0
	}
	more = b.freed
	if b.tested && b.window < full && grow() {
		more += full - b.window
		b.window = full
	}
	b.tested = true
	b.freed = 0
	b.room += more
	return more
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
