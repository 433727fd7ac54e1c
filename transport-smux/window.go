package smuxtransport

import (
	"fmt"
	"sync"
)

// A window is how much the peer may send ahead on one stream. It begins with
// [initialWindow] and grows once so much was read: what nobody reads costs no more than
// that.
type window struct {
	mu     sync.Mutex
	full   int    // how long it becomes
	size   int    // how long it is, as far as this side says
	ahead  int    // what has arrived and, as far as the peer knows, is unread
	freed  int    // how much of that was read
	total  uint32 // bytes that were read, ever; it goes round as that of the protocol does
	tested bool   // as much as the first window was read
}

// newWindow returns one that becomes full bytes long.
func newWindow(full int) *window { return &window{full: full, size: min(initialWindow, full)} }

// expect takes note that n bytes follow on the link, and returns an error where they are
// more than the peer may send. Before the first update it takes a window to be of the
// protocol's first length.
func (w *window) expect(n int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	most := max(initialWindow, w.size)
	if w.ahead += n; w.ahead > most {
		return fmt.Errorf("%w: %d bytes are unread, and the window is %d", errProtocol, w.ahead, most)
	}
	return nil
}

// read returns what the peer is to be told of, now that n bytes were read. That is at
// every half of a window, which becomes full bytes long when the reader has shown that it
// reads, if grow allows that.
func (w *window) read(n int, grow func() bool) (consumed uint32, size int, due bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.total += uint32(n)
	if w.freed += n; w.freed < w.size/2 {
		return 0, 0, false
	}
	if w.tested && w.size < w.full && grow() {
		w.size = w.full
	}
	w.tested = true
	w.ahead -= w.freed
	w.freed = 0
	return w.total, w.size, true
}
