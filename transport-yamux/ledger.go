package yamuxtransport

import (
	"context"
	"fmt"
	"net"
	"sync"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

// initialWindow is the window that each direction of a yamux stream begins with,
// whatever its ends are configured for.
const initialWindow = 256 << 10

// maxCredit ends the session of a peer that grants more, because the 32-bit
// counter of the library would go round.
const maxCredit = 1 << 31

// alone is how many pieces in a row must come from one stream before it counts as
// the only one that sends.
const alone = 64

// existing returns how many streams of one side may exist at a time, those
// included that it has closed and the other side has not: each of them can hold a
// window full of bytes. Both sides keep to the same number.
func existing(maxStreams int) int { return max(maxStreams+maxStreams/4, 64) }

// A ledger knows every stream of a session from the headers that pass by in both
// directions. The library offers none of this: how many streams each side has
// open, whether the peer has accepted or closed one, and how much it takes.
type ledger struct {
	ours uint32 // the parity of the ids of the streams that this side opens
	max  int    // config.MaxStreams

	mu      sync.Mutex
	streams map[uint32]*entry
	changed chan struct{} // non-nil when an opener waits; closed when there may be room
	open    int           // opened here and not closed here
	alive   int           // opened here and not closed by both
	theirs  int           // opened by the peer and not closed by it
	theirsN int           // opened by the peer and not closed by both

	sender *entry // the stream that sent last
	run    int    // how many pieces in a row it has sent

	grown int // streams whose window has grown, of mostGrown
}

// mostGrown is how many streams at a time have a window that is longer than the first
// one. Those beyond are a little slower.
const mostGrown = 16

// An entry is a stream of the ledger, which guards its fields.
type entry struct {
	id      uint32
	ours    bool
	finIn   bool  // the peer closed it
	finOut  bool  // this side closed it
	reset   bool  // either side threw it away
	credit  int64 // bytes that the peer still takes
	settled bool  // no longer in the ledger
	grown   bool  // its window is one of mostGrown

	in    *muxlink.Inbox // what the peer sends; guards itself
	ahead *window        // how much that may be, likewise
	kick  chan struct{}  // tells the writer that credit, finIn or reset changed
}

func newLedger(side transport.Side, maxStreams int) *ledger {
	l := &ledger{max: maxStreams, streams: make(map[uint32]*entry)}
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

// entry returns the stream id, which the library has just handed out. If the
// peer has thrown it away meanwhile, the entry says so.
func (l *ledger) entry(id uint32) *entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.streams[id]; e != nil {
		return e
	}
	e := &entry{id: id, reset: true, settled: true, in: muxlink.NewInbox()}
	e.in.Cut(errReset)
	return e
}

// grow reports whether the window of e may grow.
func (l *ledger) grow(e *entry) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.settled || e.grown || l.grown >= mostGrown {
		return false
	}
	e.grown = true
	l.grown++
	return true
}

// sendable returns how many bytes may be sent on e in one piece now, and why no
// more at all can be. A frame cannot be interrupted, so pieces are small, unless
// nobody else sends.
func (l *ledger) sendable(e *entry) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case e.reset:
		return 0, errReset
	case e.finIn:
		return 0, errPeerClosed
	}
	if l.sender != e {
		l.sender, l.run = e, 0
	}
	l.run++
	largest := int64(chunk)
	if l.run > alone {
		largest = chunkAlone
	}
	return int(min(e.credit, largest)), nil
}

// data takes note of bytes that this side is about to send on e.
func (l *ledger) data(e *entry, n int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.finOut || e.reset {
		return net.ErrClosed
	}
	e.credit -= int64(n)
	return nil
}

// outbound takes note of a header that the library sends.
func (l *ledger) outbound(h header) error {
	if h.kind != kindData && h.kind != kindWindowUpdate {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if h.flags&flagSYN != 0 {
		l.add(h.id, true)
	}
	e := l.streams[h.id]
	if e == nil {
		return nil
	}
	if h.flags&flagFIN != 0 {
		e.finOut = true
	}
	if h.flags&flagRST != 0 {
		e.reset = true
		// A peer's stream that was refused counts no longer; nobody else sends this.
		l.closedByPeer(e)
	}
	l.settle(e)
	return nil
}

// inbound takes note of a header that the peer sent, and returns the stream that it is
// about, if there is one, or an error when the session has to end because of it.
func (l *ledger) inbound(h header) (*entry, error) {
	if h.version != 0 || h.kind > kindGoAway {
		return nil, fmt.Errorf("%w: a header with version %d and kind %d; does the peer speak another transport, or does it print to the link?", errProtocol, h.version, h.kind)
	}
	if h.kind != kindData && h.kind != kindWindowUpdate {
		return nil, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if h.flags&flagSYN != 0 {
		if err := l.admit(h.id); err != nil {
			return nil, err
		}
	}
	e := l.streams[h.id]
	if e == nil {
		return nil, nil
	}
	if h.kind == kindWindowUpdate {
		if e.credit += int64(h.length); e.credit > maxCredit {
			return nil, fmt.Errorf("%w: the window of stream %d grew to %d bytes", errProtocol, h.id, e.credit)
		}
	}
	if h.flags&flagFIN != 0 {
		l.closedByPeer(e)
	}
	if h.flags&flagRST != 0 {
		l.closedByPeer(e)
		e.reset = true
	}
	select {
	case e.kick <- struct{}{}:
	default:
	}
	l.settle(e)
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
	l.streams[id] = &entry{id: id, ours: ours, credit: initialWindow, in: muxlink.NewInbox(), ahead: newWindow(), kick: make(chan struct{}, 1)}
}

func (l *ledger) closedByPeer(e *entry) {
	if e.finIn {
		return
	}
	e.finIn = true
	if !e.ours {
		l.theirs--
	}
}

// settle forgets e once both sides are done with it.
func (l *ledger) settle(e *entry) {
	if e.settled || !e.reset && !(e.finIn && e.finOut) {
		return
	}
	e.settled = true
	delete(l.streams, e.id)
	if e.grown {
		l.grown--
	}
	if !e.ours {
		l.theirsN--
		return
	}
	l.alive--
	l.notify()
}

// notify wakes the openers that wait in reserve.
func (l *ledger) notify() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}
