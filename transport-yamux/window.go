package yamuxtransport

import (
	"fmt"
	"sync"
)

// A window is how much the peer may send ahead on one stream. It begins with
// [initialWindow] and grows once so much was read: what nobody reads costs no more than
// that.
type window struct {
	mu     sync.Mutex
	size   int  // what may be on its way here and unread
	room   int  // what the peer may still send
	freed  int  // what was read, and the peer was not told of
	tested bool // as much as the first window was read
}

func newWindow() *window { return &window{size: initialWindow, room: initialWindow} }

// expect takes note that n bytes follow on the link, and returns an error where they are
// more than the peer was granted.
func (w *window) expect(n int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n > w.room {
		return fmt.Errorf("%w: receive window exceeded: %d bytes, where it may send %d", errProtocol, n, w.room)
	}
	w.room -= n
	return nil
}

// read returns by how much the window moves on, now that n bytes were read. It says so at
// every half of a window, and makes it full bytes long when the reader has shown that it
// reads, if grow allows that.
func (w *window) read(n, full int, grow func() bool) (more int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.freed += n; w.freed < w.size/2 {
		return 0
	}
	more = w.freed
	if w.tested && w.size < full && grow() {
		more += full - w.size
		w.size = full
	}
	w.tested = true
	w.freed = 0
	w.room += more
	return more
}
