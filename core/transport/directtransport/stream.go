package directtransport

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// stream is one end of a stream. Nobody holds two of the locks stream.mu,
// session.mu and linkWriter.mu at a time.
type stream struct {
	sess *session
	id   uint32
	mine bool // opened by this side
	// surplus is a stream of the peer's that was refused. It is kept, without any
	// bytes, until the peer has closed it.
	surplus bool

	reading, writing   sync.Mutex    // one Read and one Write at a time
	readable, writable chan struct{} // capacity one: something has changed for a waiting Read or Write

	// announced says that the peer knows of the stream. It changes under
	// linkWriter.mu, and so do the next three.
	announced atomic.Bool
	shut      bool // CLOSE is sent, or need not be: nothing more is written
	queued    bool // among those who wait for a turn to write
	turn      bool // has been given the turn

	mu       sync.Mutex
	recv     receiveBuffer
	window   int   // how much the peer may have under way
	room     int   // how much more the peer may send
	consumed int   // read, and not yet returned to the peer as credit
	credit   int   // how much more this side may send
	closed   bool  // by Close on this side
	refused  bool  // by the peer
	peerDone bool  // the peer has sent its CLOSE
	ended    error // why the session ended
	deadline time.Time
	timer    *time.Timer // wakes a Read at its deadline
}

var _ transport.Stream = (*stream)(nil)

func newStream(sess *session, id uint32, mine bool) *stream {
	return &stream{
		sess: sess, id: id, mine: mine,
		readable: make(chan struct{}, 1),
		writable: make(chan struct{}, 1),
		recv:     receiveBuffer{pool: &sess.chunks},
		window:   window,
		room:     window,
		credit:   window,
	}
}

func (s *stream) Read(p []byte) (int, error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	for {
		n, wait, err := s.tryRead(p)
		if !wait {
			return n, err
		}
		<-s.readable
	}
}

// tryRead reads what there is, or says that the caller has to wait.
func (s *stream) tryRead(p []byte) (n int, wait bool, err error) {
	s.mu.Lock()
	switch {
	case s.closed:
		err = errStreamClosed
	case s.ended == errSessionClosed:
		err = errSessionClosed
	case s.expired():
		err = fmt.Errorf("direct/1: read from the stream: %w", os.ErrDeadlineExceeded)
	case len(p) == 0:
	case s.recv.size > 0:
		n = s.recv.read(p)
		s.consumed += n
	case s.refused:
		err = transport.Closed("direct/1: read from the stream", errRefused)
	case s.peerDone || s.ended != nil:
		err = io.EOF
	default:
		wait = true
	}
	grant := s.mayGrant()
	drained := n > 0 && s.peerDone && s.recv.size == 0
	s.mu.Unlock()
	if grant > 0 {
		s.sess.out.credit(s, grant)
	}
	if drained {
		s.sess.finish(s)
	}
	return n, wait, err
}

// mayGrant returns how much credit is due. A stream that is read gets a larger
// window with its first credit, so that its writer seldom has to stop; one that
// nobody reads never does, and holds little.
func (s *stream) mayGrant() int {
	if s.consumed < s.window/2 || s.peerDone || s.ended != nil {
		return 0
	}
	grant := s.consumed + maxWindow - s.window
	s.window = maxWindow
	s.room += grant
	s.consumed = 0
	return grant
}

func (s *stream) Write(p []byte) (n int, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	for {
		k, err := s.takeCredit(min(len(p)-n, maxBody))
		if err != nil {
			return n, err
		}
		if k > 0 {
			if err := s.sess.out.write(s, p[n:n+k]); err != nil {
				return n, err
			}
			n += k
		}
		if n == len(p) {
			return n, nil
		}
	}
}

// takeCredit waits until up to want bytes may be sent, and returns how many.
func (s *stream) takeCredit(want int) (int, error) {
	for {
		s.mu.Lock()
		var err error
		switch {
		case s.closed:
			err = errStreamClosed
		case s.ended != nil:
			err = closedBy("direct/1: write to the stream", s.ended)
		case s.refused:
			err = transport.Closed("direct/1: write to the stream", errRefused)
		case s.peerDone:
			err = transport.Closed("direct/1: write to the stream", errPeerClosed)
		}
		n := min(want, s.credit)
		if err == nil {
			s.credit -= n
		}
		s.mu.Unlock()
		if err != nil {
			return 0, err
		}
		if n > 0 || want == 0 {
			return n, nil
		}
		<-s.writable
	}
}

func (s *stream) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.recv.clear()
	if s.timer != nil {
		s.timer.Stop()
	}
	s.mu.Unlock()
	wake(s.readable)
	s.sess.closeStream(s)
	return nil
}

// sessionEnded lets everybody who waits on the stream see the end.
func (s *stream) sessionEnded(cause error) {
	s.mu.Lock()
	s.ended = cause
	if cause == errSessionClosed {
		s.recv.clear()
	}
	s.mu.Unlock()
	wake(s.readable)
	wake(s.writable)
}
