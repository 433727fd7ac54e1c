package unixtransport

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// stream is one end of a socket pair. The peer gets the other end with the first
// Write, so that it never hears of a stream that is not used.
type stream struct {
	sess *session
	mine bool // opened by this side

	announced atomic.Bool // the peer has, or will get, the other end
	mu        sync.Mutex
	far       int    // the other end until then, and noDescriptor after
	number    uint64 // once announced

	file *os.File
	raw  syscall.RawConn

	reading, writing sync.Mutex // one Read and one Write at a time
	in, out          *transfer

	watch   atomic.Pointer[watch] // nil unless somebody asked for it
	ended   atomic.Pointer[ending]
	left    sync.Once     // gives back what counts, before anybody can see the end
	verdict chan struct{} // closed once the peer has said what became of a stream of this side
	known   sync.Once
}

var _ transport.PairWriter = (*stream)(nil)

// An ending is what Read and Write say once a stream has ended on this side, for
// a reason.
type ending struct{ read, write error }

var (
	endedHere    = &ending{errStreamClosed, errStreamClosed}
	endedByPeer  = &ending{io.EOF, errPeerClosed}
	endedSession = &ending{errSessionClosed, errSessionClosed}
	endedRefused = &ending{errRefused, errRefused}
	endedNoRoom  = &ending{errPeerNoRoom, errPeerNoRoom}
)

// newStream makes a stream of fd, which it owns, also when there is an error.
func newStream(sess *session, fd int, mine bool) (*stream, error) {
	file, raw, err := newSocket(fd)
	if err != nil {
		return nil, err
	}
	st := &stream{sess: sess, mine: mine, far: noDescriptor, file: file, raw: raw, in: newReceiver(raw), out: newSender(raw), verdict: make(chan struct{})}
	if !mine {
		st.decided()
	}
	return st, nil
}

func (s *stream) Read(p []byte) (int, error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if len(p) == 0 {
		if e := s.ending(); e != nil {
			return 0, e.read
		}
		return 0, nil
	}
	n, errno, waiting := s.in.read(p)
	switch {
	case waiting != nil:
		return 0, s.interrupted("read from", waiting, true)
	case n > 0:
		return n, nil
	case errno == 0, gone(errno):
		// Both directions are over, and nothing is left to be read.
		s.awaitVerdict()
		s.finish(endedByPeer)
		return 0, s.ending().read
	}
	return 0, fmt.Errorf("unix/1: read from the stream: %w", errno)
}

func (s *stream) Write(p []byte) (int, error) { return s.WritePair(nil, p) }

// WritePair implements [transport.PairWriter].
func (s *stream) WritePair(head, p []byte) (int, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if !s.announced.Load() {
		if err := s.announce(); err != nil {
			return 0, err
		}
	}
	n, errno, waiting := s.out.write(head, p)
	switch {
	case waiting != nil:
		return n, s.interrupted("write to", waiting, false)
	case errno == 0:
		return n, nil
	}
	if gone(errno) {
		s.awaitVerdict()
	}
	if e := s.ending(); e != nil {
		return n, e.write // shut down just before it is closed
	}
	if cause := s.sess.Err(); cause != nil {
		return n, closedBy("unix/1: write to the stream", cause)
	}
	if gone(errno) {
		return n, errPeerClosed
	}
	return n, fmt.Errorf("unix/1: write to the stream: %w", errno)
}

// announce passes the other end to the peer.
func (s *stream) announce() error {
	far := s.takeFar()
	if far == noDescriptor {
		return s.ending().write // it was closed unused
	}
	s.announced.Store(true)
	err := s.sess.announce(s, far)
	if err != nil {
		s.finish(&ending{err, err})
	}
	return err
}

// takeFar returns the other end, which is the caller's from then on.
func (s *stream) takeFar() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	far := s.far
	s.far = noDescriptor
	return far
}

// gone reports whether err is what a socket says when its other end was closed.
func gone(err syscall.Errno) bool {
	return err == syscall.EPIPE || err == syscall.ECONNRESET
}

// interrupted says why waiting for the socket has ended, or did not begin.
func (s *stream) interrupted(op string, err error, reading bool) error {
	e := s.ending()
	switch {
	case e != nil && reading:
		return e.read
	case e != nil:
		return e.write
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("unix/1: %s the stream: %w", op, os.ErrDeadlineExceeded)
	}
	return fmt.Errorf("unix/1: %s the stream: %w", op, err)
}

func (s *stream) SetReadDeadline(t time.Time) error {
	err := s.file.SetReadDeadline(t)
	if err == nil {
		return nil
	}
	switch e := s.ending(); e {
	case nil:
		return fmt.Errorf("unix/1: set a deadline: %w", err)
	case endedHere, endedSession:
		return e.read
	}
	return nil // there is nothing to wait for
}

func (s *stream) Close() error {
	if old := s.ended.Swap(endedHere); old == nil {
		s.release()
	}
	s.leave()
	return nil
}

// ending says how the stream has ended here, nil if it has not. Whoever is told so may
// open another stream in its place.
func (s *stream) ending() *ending {
	e := s.ended.Load()
	if e != nil {
		s.leave()
	}
	return e
}

// finish ends the stream for another reason than Close.
func (s *stream) finish(e *ending) {
	if s.ended.CompareAndSwap(nil, e) {
		s.release()
	}
}

// release gives the descriptor back, and tells the session. It is called once.
func (s *stream) release() {
	s.leave()
	s.decided()
	shutDown(s.raw)
	s.file.Close()
	if w := s.watch.Load(); w != nil { // epoll has forgotten the socket
		w.arrived()
	}
	s.sess.released(s)
}

// leave gives back what an ended stream of this side counts for, and the other end if the
// peer never got it. It may be called often, and has been done when it returns.
func (s *stream) leave() {
	s.left.Do(func() {
		far := s.takeFar()
		if s.mine {
			s.sess.uncount(far != noDescriptor)
		}
		if far != noDescriptor {
			syscall.Close(far)
		}
	})
}

// decided is called when the peer has said why it ended the stream, or never will.
func (s *stream) decided() { s.known.Do(func() { close(s.verdict) }) }

// awaitVerdict lets the peer say why it has ended the stream. That comes over the
// link, and so may come a little later than the end itself.
func (s *stream) awaitVerdict() {
	if s.sess.grace == 0 {
		return
	}
	select {
	case <-s.verdict:
		return
	default:
	}
	t := time.NewTimer(s.sess.grace)
	defer t.Stop()
	select {
	case <-s.verdict:
	case <-s.sess.done:
	case <-t.C:
	}
}

// hangUp ends the stream as its peer would: what has arrived can still be read.
func (s *stream) hangUp() { shutDown(s.raw) }
