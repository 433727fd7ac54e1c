package smuxtransport

import (
	"context"
	"fmt"
	"net"
	"sync"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

// initialWindow is what a smux peer takes a stream's window to be until the first
// update, whatever the other side is configured for.
const initialWindow = 256 << 10

// existing returns how many streams of one side may exist at a time, those
// included that it has closed and the other side has not: each of them can hold
// bytes that nobody has read. Both sides keep to the same number.
func existing(maxStreams int) int { return max(maxStreams+maxStreams/4, 64) }

// A ledger knows every stream of a session from the frames that pass by in both
// directions. The library offers none of this: how many streams each side has
// open, whether the peer has closed one, how much it takes, and whether it keeps
// to its window.
type ledger struct {
	ours   uint32 // the parity of the ids of the streams that this side opens
	max    int    // config.MaxStreams
	first  uint32 // what this side sends on a stream before the first update
	buffer int    // how long the window of a stream becomes that is read

	mu      sync.Mutex
	streams map[uint32]*entry
	changed chan struct{} // non-nil when an opener waits; closed when there may be room
	open    int           // opened here and not closed here
	alive   int           // opened here and not closed by both
	theirs  int           // opened by the peer and not closed by it
	theirsN int           // opened by the peer and not closed by both
	grown   int           // streams whose window has grown, of mostGrown
}

// mostGrown is how many streams at a time have a window that is longer than the first
// one. Those beyond are a little slower.
const mostGrown = 16

// An entry is a stream of the ledger, which guards its fields. The counters go
// round at 32 bits, as those of the protocol do.
type entry struct {
	id     uint32
	ours   bool
	finIn  bool // the peer closed it
	finOut bool // this side closed it

	sent, taken uint32 // bytes that were sent, and that the peer has read
	window      uint32 // how far sent may be ahead of taken
	grown       bool   // its own window is one of mostGrown

	in    *muxlink.Inbox // what the peer sends; guards itself
	ahead *window        // how much that may be, likewise
	kick  chan struct{}  // tells the writer that the window or finIn changed
}

func newLedger(side transport.Side, maxStreams int, buffer int) *ledger {
	l := &ledger{
		max:     maxStreams,
		first:   uint32(min(initialWindow, buffer)),
		buffer:  buffer,
		streams: make(map[uint32]*entry),
	}
	if side == transport.Host {
		l.ours = 1
	}
	return l
}

// reserve takes a place for one more stream of this side. It waits while the
// peer has too many of the earlier ones that were closed here, accepted or not.
func (l *ledger) reserve(ctx context.Context, ended <-chan struct{}) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.max {
		return transport.ErrTooManyStreams
	}
	l.open++
	for l.alive >= existing(l.max) {
		if l.changed == nil {
			l.changed = make(chan struct{})
		}
		changed := l.changed
		l.mu.Unlock()
		var err error
		select {
		case <-changed:
		case <-ctx.Done():
			err = ctx.Err()
		case <-ended:
			err = muxlink.ErrEnded
		}
		l.mu.Lock()
		if err != nil {
			l.open--
			return err
		}
	}
	l.alive++
	return nil
}

// cancel gives back a place that reserve took, when no stream came of it.
func (l *ledger) cancel() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	l.alive--
	l.notify()
}

// closed gives back the place of a stream that this side had opened.
func (l *ledger) closed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
}

// entry returns the stream id, which the library has just handed out, and which
// stays in the ledger until this side closes it.
func (l *ledger) entry(id uint32) *entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.streams[id]
}

// grow reports whether the window of e may grow.
func (l *ledger) grow(e *entry) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.grown || l.grown >= mostGrown || l.streams[e.id] != e {
		return false
	}
	e.grown = true
	l.grown++
	return true
}

// sendable returns how many bytes the peer takes on e now, and why it takes no
// more at all.
func (l *ledger) sendable(e *entry) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.finIn {
		return 0, errPeerClosed
	}
	return max(0, int(e.window)-int(e.sent-e.taken)), nil
}

// data takes note of bytes that this side is about to send on e.
func (l *ledger) data(e *entry, n int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.finOut {
		return net.ErrClosed
	}
	e.sent += uint32(n)
	return nil
}

// outbound takes note of a frame that the library sends.
func (l *ledger) outbound(f frame) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.kind == kindSYN {
		l.add(f.id, true)
		return nil
	}
	e := l.streams[f.id]
	if e == nil {
		return nil
	}
	if f.kind == kindFIN {
		e.finOut = true
		l.settle(e)
	}
	return nil
}

// inbound takes note of a frame that the peer sent, and returns the stream that it is
// about, if there is one, or an error when the session has to end because of it.
func (l *ledger) inbound(f frame) (*entry, error) {
	switch {
	case f.version != version || f.kind > kindUPD:
		return nil, fmt.Errorf("%w: a header with version %d and kind %d; does the peer speak another transport, or does it print to the link?", errProtocol, f.version, f.kind)
	case f.kind == kindUPD && f.length != updateSize, f.kind != kindPSH && f.kind != kindUPD && f.length != 0:
		return nil, fmt.Errorf("%w: a frame of kind %d with %d bytes", errProtocol, f.kind, f.length)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.kind == kindSYN {
		return nil, l.admit(f.id)
	}
	e := l.streams[f.id]
	if e == nil || f.kind == kindPSH {
		return e, nil
	}
	switch f.kind {
	case kindUPD:
		ahead := e.sent - f.consumed
		if int32(ahead) < 0 || int32(f.window) < 0 {
			return nil, fmt.Errorf("%w: an update of stream %d for %d bytes, of %d that were sent, with a window of %d", errProtocol, f.id, f.consumed, e.sent, f.window)
		}
		e.taken, e.window = f.consumed, f.window
	case kindFIN:
		l.closedByPeer(e)
	}
	select {
	case e.kick <- struct{}{}:
	default:
	}
	return e, nil
}

// admit adds a stream that the peer opens, if it may.
func (l *ledger) admit(id uint32) error {
	switch {
	case id == 0 || id%2 == l.ours:
		return fmt.Errorf("%w: the peer opened stream %d, whose number belongs to this side", errProtocol, id)
	case l.streams[id] != nil:
		return fmt.Errorf("%w: the peer opened stream %d twice", errProtocol, id)
	case l.theirs >= l.max:
		return fmt.Errorf("%w: the peer opened more than the %d streams that it may have open", errProtocol, l.max)
	case l.theirsN >= existing(l.max):
		return fmt.Errorf("%w: the peer opened a stream while %d that it closed are not yet closed here", errProtocol, l.theirsN-l.theirs)
	}
	l.theirs++
	l.theirsN++
	l.add(id, false)
	return nil
}

func (l *ledger) add(id uint32, ours bool) {
	l.streams[id] = &entry{id: id, ours: ours, window: l.first, in: muxlink.NewInbox(), ahead: newWindow(l.buffer), kick: make(chan struct{}, 1)}
}

func (l *ledger) closedByPeer(e *entry) {
	if e.finIn {
		return
	}
	e.finIn = true
	if !e.ours {
		l.theirs--
	}
	l.settle(e)
}

// settle forgets e once both sides have closed it.
func (l *ledger) settle(e *entry) {
	if !e.finIn || !e.finOut || l.streams[e.id] != e {
		return
	}
	delete(l.streams, e.id)
	if e.grown {
		l.grown--
	}
	if e.ours {
		l.alive--
		l.notify()
	} else {
		l.theirsN--
	}
}

// notify wakes the openers that wait in reserve.
func (l *ledger) notify() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}
