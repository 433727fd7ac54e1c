package directtransport

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

const (
	// outRoom is up to how many waiting bytes frames of streams are added to
	// those that are about to be written.
	outRoom = 64 << 10

	// combineBelow is the size of bodies that join the waiting bytes while
	// somebody else writes; larger ones wait for their turn.
	combineBelow = 8 << 10

	// copyBelow is the size of bodies that are copied behind their header to be
	// written at once; larger ones are written from where they are.
	copyBelow = 16 << 10

	// keepBuffer is the largest buffer that is kept between writes.
	keepBuffer = 2*outRoom + maxBody

	// extraRounds is how often a Write that has written its own bytes writes what
	// others have added meanwhile, before it leaves the rest to the flusher.
	extraRounds = 2
)

// longAgo as a deadline interrupts a write at once.
var longAgo = time.Unix(1, 0)

// linkWriter is the writing side of a link. Whoever finds it idle writes to the
// link himself; who finds it busy adds his frame to the waiting bytes, or waits
// for his turn. The flusher, a goroutine, writes what nobody else does.
//
// Frames leave in the order in which they came to be written: a CLOSE is behind
// all the bytes of its stream, and before an OPEN that uses the room it made.
type linkWriter struct {
	link         net.Conn
	inPlace      bool        // a Write may write to the link in its own goroutine
	controlLimit int         // how many bytes of frames that answer the peer may wait
	broken       func(error) // called once, under mu, when writing has failed

	kick    chan struct{} // wakes the flusher
	flushed chan struct{} // closed when the flusher has ended

	mu      sync.Mutex
	err     error     // why nothing can be written any more
	closing bool      // the goodbye is among the waiting bytes, or gone
	busy    bool      // somebody is writing to the link, or has been given the turn
	holder  *stream   // the stream whose Write is doing so, nil otherwise
	kicked  bool      // the holder has been interrupted
	handed  bool      // the flusher has been given the turn
	control int       // how many of the waiting bytes answer the peer
	out     []byte    // bytes that are to be written next
	spare   []byte    // the buffer that out alternates with
	queue   []*stream // who waits for a turn, oldest first
	vec     [2][]byte
	bufs    net.Buffers
}

func newLinkWriter(link net.Conn, maxStreams int, broken func(error)) *linkWriter {
	w := &linkWriter{
		link: link,
		// What an honest peer can cause while it does not read: for each stream
		// of either side two credits and a close, and a refusal for each of as
		// many again.
		controlLimit: 4096 + maxStreams*4*(2*(headerSize+creditBody)+headerSize),
		broken:       broken,
		kick:         make(chan struct{}, 1),
		flushed:      make(chan struct{}),
	}
	switch link.(type) {
	case *net.UnixConn, *net.TCPConn:
		w.inPlace = true
	}
	return w
}

// write puts the next frame of s on its way, with body of at most maxBody bytes.
// It keeps nothing of body.
func (w *linkWriter) write(s *stream, body []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for {
		if err := w.refuses(s); err != nil {
			w.leaveQueue(s)
			return err
		}
		if w.inPlace && (s.turn || !w.busy) {
			return w.writeInPlace(s, body)
		}
		if w.mayAppend(s, len(body)) {
			w.out = append(w.appendStreamHeader(w.out, s, len(body)), body...)
			w.leaveQueue(s)
			if !w.busy {
				wake(w.kick)
			}
			return nil
		}
		if !s.queued {
			s.queued = true
			w.queue = append(w.queue, s)
		}
		w.mu.Unlock()
		<-s.writable
		w.mu.Lock()
	}
}

// refuses says why nothing of s can be written any more.
func (w *linkWriter) refuses(s *stream) error {
	switch {
	case s.shut:
		return errStreamClosed
	case w.err != nil:
		return closedBy("direct/1: write to the stream", w.err)
	case w.closing:
		return errSessionClosed
	}
	return nil
}

// mayAppend reports whether a frame may join the waiting bytes.
func (w *linkWriter) mayAppend(s *stream, size int) bool {
	if w.inPlace {
		return size <= combineBelow && len(w.out)+size <= outRoom
	}
	return s.turn || len(w.queue) == 0 && len(w.out) < outRoom
}

// leaveQueue is called by a Write that waits no more. A turn it was given goes
// to the next.
func (w *linkWriter) leaveQueue(s *stream) {
	if s.queued {
		for i, q := range w.queue {
			if q == s {
				w.queue = append(w.queue[:i], w.queue[i+1:]...)
				break
			}
		}
		s.queued = false
	}
	if s.turn {
		s.turn = false
		if w.inPlace {
			w.release(false)
		} else if len(w.out) < outRoom {
			w.grant()
		}
	}
}

// grant gives the turn to the one who waits longest, if there is one.
func (w *linkWriter) grant() bool {
	if len(w.queue) == 0 {
		return false
	}
	s := w.queue[0]
	n := copy(w.queue, w.queue[1:])
	w.queue[n] = nil
	w.queue = w.queue[:n]
	s.queued, s.turn = false, true
	wake(s.writable)
	return true
}

// appendStreamHeader appends the header of the next bytes of s.
func (w *linkWriter) appendStreamHeader(dst []byte, s *stream, size int) []byte {
	typ := typeData
	if s.mine && !s.announced.Load() {
		typ = typeOpen
		s.announced.Store(true)
	}
	return appendHeader(dst, header{typ, size, s.id})
}

// writeInPlace writes the waiting bytes and the frame of s to the link, in the
// goroutine of the one who calls Write.
func (w *linkWriter) writeInPlace(s *stream, body []byte) error {
	w.busy, w.holder, s.turn = true, s, false
	buf := w.appendStreamHeader(w.takeOut(), s, len(body))
	if len(body) <= copyBelow {
		buf = append(buf, body...)
		body = nil
	}
	more := w.send(buf, body)
	for round := 0; more && round < extraRounds && len(w.out) > 0 && len(w.queue) == 0; round++ {
		more = w.send(w.takeOut(), nil)
	}
	err := w.err
	w.release(true)
	if err != nil {
		return closedBy("direct/1: write to the stream", err)
	}
	return nil
}

// takeOut takes the waiting bytes, to be written by the one who calls it.
func (w *linkWriter) takeOut() []byte {
	buf := w.out
	w.out, w.spare = w.spare[:0], nil
	w.control = 0
	return buf
}

// send writes buf and body to the link, without the lock. It is false when the
// caller must not go on: writing has failed, or was interrupted; what was left
// is then the first of the waiting bytes.
func (w *linkWriter) send(buf, body []byte) bool {
	w.mu.Unlock()
	n, err := w.writeLink(buf, body)
	w.mu.Lock()
	interrupted := false
	if w.kicked {
		w.kicked = false
		w.link.SetWriteDeadline(time.Time{})
		if errors.Is(err, os.ErrDeadlineExceeded) {
			w.keepRest(buf, body, n)
			interrupted, err = true, nil
		}
	}
	if cap(buf) <= keepBuffer {
		w.spare = buf[:0]
	}
	if err != nil {
		w.fail(err)
	}
	return err == nil && !interrupted
}

// keepRest puts what comes after the first n bytes of buf and body before the
// waiting bytes: half a frame cannot be taken back.
func (w *linkWriter) keepRest(buf, body []byte, n int) {
	rest := make([]byte, 0, len(buf)+len(body)-n+len(w.out))
	if n < len(buf) {
		rest = append(rest, buf[n:]...)
		n = len(buf)
	}
	rest = append(rest, body[n-len(buf):]...)
	w.out = append(rest, w.out...)
}

// writeLink writes buf and body.
func (w *linkWriter) writeLink(buf, body []byte) (int, error) {
	if len(body) == 0 {
		return w.link.Write(buf)
	}
	return w.writeBoth(buf, body)
}

// release ends a turn. mine says that the caller's Write had it, and that what
// it leaves behind is for the flusher.
func (w *linkWriter) release(mine bool) {
	w.holder = nil
	switch {
	case w.err != nil:
		w.busy = false
		w.wakeQueue()
	case w.grant():
	case len(w.out) > 0:
		w.handed = true
		wake(w.kick)
	default:
		w.busy = false
		if w.closing {
			wake(w.kick)
		}
	}
}

// wakeQueue lets everybody who waits for a turn see that there will be none.
func (w *linkWriter) wakeQueue() {
	for _, s := range w.queue {
		wake(s.writable)
	}
}

// fail ends all writing.
func (w *linkWriter) fail(err error) {
	if w.err != nil {
		return
	}
	w.err = err
	w.out, w.spare, w.control = nil, nil, 0
	w.wakeQueue()
	wake(w.kick)
	w.broken(err)
}

// closedBy returns an error that matches net.ErrClosed and cause.
func closedBy(op string, cause error) error {
	if errors.Is(cause, net.ErrClosed) {
		return cause
	}
	return transport.Closed(op, cause)
}

// wake sends a signal to a channel of capacity one.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
