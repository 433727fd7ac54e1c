package rpc

import (
	"context"
	"encoding/binary"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/tenon-dev/tenon/core/transport"
)

// A writer writes the frames of many goroutines to one stream. Frames that come
// together leave in one write: whoever finds no one writing writes for all.
//
// A goroutine that writes can be held by a peer that does not read. So a caller
// that must be able to give up at any time writes itself only while it is sure
// that the stream takes the bytes, and otherwise leaves them to the writer's own
// goroutine. Long messages are cut up; small frames pass between the pieces.
type writer struct {
	stream io.Writer
	fail   func(error) // told once, when a write failed; must not wait
	budget *budget     // of the session, which held counts in; nil: none
	begin  []byte      // written before everything else: the stream's kind

	// ordered keeps all frames in the order of their sending. Otherwise small ones
	// pass between the pieces of long ones.
	ordered bool
	bound   int // how many bytes may wait; 0: queueBound

	mu      sync.Mutex
	small   []byte       // whole frames, to be written next
	spare   []byte       // the other half of a double buffer
	large   []*outgoing  // messages to be cut up, one piece of each in turn
	partial bool         // the first of large has left in part, and is not in the list
	writing bool         // somebody owns the stream
	yields  bool         // who owns it lets others add to what is queued
	frames  int          // how many small frames are queued
	err     error        // no more is taken
	idle    func()       // told once, when all was written
	held    atomic.Int64 // bytes of long messages that have not left, and of those that wait for room
	room    chan struct{}
	wake    chan struct{} // to the writer's goroutine, nil until it is needed
	joined  sync.WaitGroup
}

// outgoing is a long message on its way. Each piece's header is written over the
// end of the piece before it, which has left already: nothing is copied.
type outgoing struct {
	h       header
	m       *buffer
	next    int  // start of the next piece in m.b
	gone    bool // the last piece has left, or leaves in this moment
	aborted bool
}

const (
	// copyUpTo is the size up to which a frame is copied behind others to leave
	// with them; longer ones leave by themselves, uncopied.
	copyUpTo = 8 << 10

	// keptBuffer is the largest buffer that is kept for the next frames.
	keptBuffer = 8 * frameBuffer

	// queueBound is how many bytes may wait before senders have to.
	queueBound = 256 << 10

	// roundsForOthers is how often a goroutine that wrote its own frame writes
	// what others added meanwhile, before it leaves that to the writer's own.
	roundsForOthers = 2

	// takenOver is with how many small frames a write is taken from who lets others
	// add to it. With fewer, who is late waits longer; with more, the other side waits.
	takenOver = 20
)

// flushing says who writes what was queued.
type flushing uint8

const (
	flushSelf  flushing = iota // the calling goroutine may
	flushYield                 // the same, after others had a chance to add to it
	flushOther                 // the writer's own goroutine
	flushLater                 // nobody yet: the caller sees to it, with flushQueued
)

// send queues the message m, whose body stands behind the headroom, to be written
// by whom how says, and takes m over. ctx bounds only the waiting for room in the
// queue.
// For a message long enough to be cut up it returns what [writer.abort] takes.
func (w *writer) send(ctx context.Context, h header, m *buffer, how flushing) (*outgoing, error) {
	size := len(m.body())
	w.mu.Lock()
	if err := w.enter(ctx, size); err != nil {
		w.mu.Unlock()
		m.free()
		return nil, err
	}
	var out *outgoing
	switch {
	case size <= w.copied() && !w.behindLarge():
		h.length = uint32(size)
		h.put(m.b[headroom-headerSize:])
		w.small = append(w.small, m.b[headroom-headerSize:]...)
		w.frames++
		m.free()
	default:
		out = newOutgoing(h, m)
		w.large = append(w.large, out)
		w.hold(size)
	}
	w.flush(how)
	return out, nil
}

// enter waits until a message of that size may be queued. Called with w.mu held.
func (w *writer) enter(ctx context.Context, size int) error {
	for w.err == nil && w.full() {
		w.hold(size)
		err := w.waitForWrite(ctx)
		if w.hold(-size); err != nil {
			return err
		}
	}
	return w.err
}

// sendEncoded is send for a small message that body appends to the queue itself, with
// the writer held: it must not wait. Where the message is not small after all, or has
// to wait behind others, or where body fails, nothing is queued and sent is false.
func (w *writer) sendEncoded(ctx context.Context, h header, body func(dst []byte) ([]byte, error), how flushing) (sent bool, err error) {
	w.mu.Lock()
	if err := w.enter(ctx, 0); err != nil || w.behindLarge() {
		w.mu.Unlock()
		return false, err
	}
	at := len(w.small)
	defer func() {
		if !sent { // also where body panics
			w.small = w.small[:at]
			w.mu.Unlock()
		}
	}()
	var head [headerSize]byte
	b, err := body(append(w.small, head[:]...))
	size := len(b) - at - headerSize
	if err != nil || size > w.copied() {
		return false, err
	}
	h.length = uint32(size)
	h.put(b[at:])
	w.small, sent = b, true
	w.flush(how)
	return true, nil
}

// pairs reports whether the stream takes a frame in two slices, as sendPair gives it.
func (w *writer) pairs() bool {
	_, ok := w.stream.(transport.PairWriter)
	return ok
}

// sendPair writes one frame, that begins in head and ends with body, in the calling
// goroutine and behind all that was queued before. Neither is kept.
func (w *writer) sendPair(head, body []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.err == nil && w.writing {
		w.waitForRoom(context.Background())
	}
	if w.err != nil {
		return w.err
	}
	w.writing = true
	for w.err == nil && (w.begin != nil || len(w.small) > 0 || len(w.large) > 0) {
		w.writeSmall()
		if w.err == nil && len(w.large) > 0 {
			w.writePiece()
		}
	}
	if w.err == nil {
		w.mu.Unlock()
		_, err := w.stream.(transport.PairWriter).WritePair(head, body)
		w.mu.Lock()
		w.wrote(err)
	}
	err := w.err
	w.drain(roundsForOthers)
	return err
}

// sendFrame is send for a small frame that has its body in a slice, from a
// goroutine that must not wait: it goes past the queue's bound.
func (w *writer) sendFrame(h header, body []byte, self bool) {
	var head [headerSize]byte
	h.length = uint32(len(body))
	h.put(head[:])
	w.mu.Lock()
	if w.err != nil {
		w.mu.Unlock()
		return
	}
	if w.behindLarge() {
		m := newMessage()
		m.b = append(m.b, body...)
		w.large = append(w.large, newOutgoing(h, m))
		w.hold(len(body))
	} else {
		w.small = append(append(w.small, head[:]...), body...)
	}
	how := flushOther
	if self {
		how = flushSelf
	}
	w.flush(how)
}

// flushQueued sees to it that what was sent with flushLater gets written: by the
// calling goroutine, which may have to wait for the peer then, or by the writer's
// own.
func (w *writer) flushQueued(how flushing) {
	w.mu.Lock()
	if len(w.small) == 0 && len(w.large) == 0 {
		w.mu.Unlock()
		return
	}
	w.flush(how)
}

// copied is up to which size frames are copied to leave with others. On a flow
// nothing small waits behind a large one, and a write for several messages costs
// less than one for each: a multiplexer changes goroutine a few times for each.
func (w *writer) copied() int {
	if w.ordered {
		return maxFrame
	}
	return copyUpTo
}

// full reports whether senders have to wait. Called with w.mu held.
func (w *writer) full() bool {
	bound := w.bound
	if bound == 0 {
		bound = queueBound
	}
	return len(w.small)+len(w.large)*maxFrame > bound
}

// behindLarge reports whether a small frame has to wait for its turn behind long
// messages. Called with w.mu held.
func (w *writer) behindLarge() bool { return w.ordered && (w.partial || len(w.large) > 0) }

// flush sees to it that what is queued gets written. It is called with w.mu held
// and releases it.
func (w *writer) flush(how flushing) {
	mayWrite := how == flushSelf || how == flushYield
	switch {
	case w.writing && w.yields && mayWrite && w.frames >= takenOver:
		w.yields = false // takes it over: that is enough for one write
		w.drain(roundsForOthers)
		w.mu.Unlock()
		return
	case w.writing || how == flushLater:
		w.mu.Unlock()
		return
	}
	w.writing = true
	if how == flushOther {
		w.handOver()
		w.mu.Unlock()
		return
	}
	if how == flushYield { // others are about to send too: let them, and write once
		w.yields = true
		w.mu.Unlock()
		runtime.Gosched()
		w.mu.Lock()
		if !w.yields { // somebody took it over
			w.mu.Unlock()
			return
		}
		w.yields = false
	}
	w.drain(roundsForOthers)
	w.mu.Unlock()
}

// drain writes what is queued, for at most so many rounds (0: until there is no
// more), and leaves the rest to the writer's goroutine. It is called, and
// returns, with w.mu held and w.writing set by the caller.
func (w *writer) drain(rounds int) {
	for round := 0; w.err == nil && (len(w.small) > 0 || len(w.large) > 0); round++ {
		if rounds > 0 && round == rounds {
			w.handOver()
			return
		}
		w.writeSmall()
		if w.err == nil && len(w.large) > 0 {
			w.writePiece()
		}
	}
	w.writing = false
	w.wakeSenders()
	if idle := w.idle; idle != nil {
		w.idle = nil
		w.mu.Unlock()
		idle()
		w.mu.Lock()
	}
}

// whenIdle calls f as soon as all that was sent is written, or cannot be any
// more; f must not wait.
func (w *writer) whenIdle(f func()) {
	w.mu.Lock()
	w.idle = f
	if w.writing {
		w.mu.Unlock()
		return
	}
	w.writing = true
	w.drain(0)
	w.mu.Unlock()
}

// writeSmall writes the small frames that are queued. Called with w.mu held.
func (w *writer) writeSmall() {
	if len(w.small) == 0 && w.begin == nil {
		return
	}
	b := w.small
	w.frames = 0
	if w.begin != nil {
		b = append(w.begin, b...)
		w.begin = nil
	}
	w.small, w.spare = w.spare[:0], nil
	w.write(b)
	if cap(b) <= keptBuffer {
		w.spare = b[:0]
	}
}

// writePiece writes one piece of the first long message, and puts the message
// behind the others, or first again where the order counts. Called with w.mu
// held.
func (w *writer) writePiece() {
	out := w.large[0]
	w.large = w.large[1:]
	b, last := out.piece()
	w.partial, out.gone = !last, last && !out.aborted
	if len(b) > 0 {
		w.write(b)
	}
	if last || w.err != nil {
		w.drop(out)
		return
	}
	if w.ordered {
		w.large = slices.Insert(w.large, 0, out)
	} else {
		w.large = append(w.large, out)
	}
}

// write writes b, releasing w.mu meanwhile.
func (w *writer) write(b []byte) {
	w.mu.Unlock()
	_, err := w.stream.Write(b)
	w.mu.Lock()
	w.wrote(err)
}

// wrote notes how a write has ended, and wakes who waits for room. Called with w.mu held.
func (w *writer) wrote(err error) {
	if err != nil && w.err == nil {
		w.stop(err)
		w.fail(err)
	}
	w.wakeSenders()
}

// wakeSenders wakes who waits for room, or for his turn. Called with w.mu held.
func (w *writer) wakeSenders() {
	if w.room != nil {
		close(w.room)
		w.room = nil
	}
}

// handOver leaves the writing to the writer's own goroutine, which is started
// when it is needed first. Called with w.mu held and w.writing set.
func (w *writer) handOver() {
	if w.wake == nil {
		w.wake = make(chan struct{}, 1)
		w.joined.Add(1)
		go w.run(w.wake)
	}
	w.wake <- struct{}{} // has room: whoever sets writing sends at most once
}

func (w *writer) run(wake <-chan struct{}) {
	defer w.joined.Done()
	for range wake {
		w.mu.Lock()
		w.drain(0)
		w.mu.Unlock()
	}
}

// abort gives up a long message that may be partly sent, and reports whether that
// was in time: then the peer never has all of it.
func (w *writer) abort(out *outgoing) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	out.aborted = !out.gone
	return out.aborted
}

// close refuses every further frame with err and joins the writer's goroutine.
// The stream must be closed before, so that no write is held by the peer.
func (w *writer) close(err error) {
	w.mu.Lock()
	if w.err == nil {
		w.stop(err)
	}
	if w.wake != nil {
		close(w.wake)
		w.wake = nil
	}
	w.mu.Unlock()
	w.joined.Wait()
}

// stop refuses every further frame. Called with w.mu held.
func (w *writer) stop(err error) {
	w.err = err
	w.small = nil
	for _, out := range w.large {
		w.drop(out)
	}
	w.large = nil
	w.wakeSenders()
}

func newOutgoing(h header, m *buffer) *outgoing {
	out := &outgoing{h: h, m: m, next: headroom}
	if len(m.body()) > maxFrame { // the length of the whole stands before the first piece
		out.next -= 4
		binary.BigEndian.PutUint32(m.b[out.next:], uint32(len(m.body())))
	}
	return out
}

// piece returns the next piece, with its header, and whether it is the last.
func (o *outgoing) piece() ([]byte, bool) {
	start, end := o.next, min(o.next+maxFrame, len(o.m.b))
	h := o.h
	if o.aborted && o.h.typ != frameData { // nothing of it has left
		return nil, true
	} else if o.aborted {
		h.flags, end = flagAbort, start
	} else if end < len(o.m.b) {
		h.flags |= flagMore
	}
	h.length = uint32(end - start)
	h.put(o.m.b[start-headerSize:])
	o.next = end
	o.h = header{typ: frameData, id: h.id}
	return o.m.b[start-headerSize : end], h.flags&flagMore == 0
}
