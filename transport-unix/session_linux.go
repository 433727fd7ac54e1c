package unixtransport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// lastWords bounds how long Close lets waiting frames be sent to a peer that may
// not read, and how long a stream that has ended looks for the peer's reason.
const lastWords = 250 * time.Millisecond

// session is one end of a link.
type session struct {
	link   *net.UnixConn
	raw    syscall.RawConn // the link's
	side   transport.Side
	max    int // streams of each side
	buffer int
	grace  time.Duration // lastWords, or none
	logger *slog.Logger

	out        *outbox
	acceptable chan struct{} // capacity one: the backlog may have a stream
	free       chan struct{} // capacity one: Open may have room
	done       chan struct{}
	closed     sync.Once
	goroutines sync.WaitGroup

	opening sync.Mutex // numbers are sent in ascending order
	number  uint64     // the last one of this side

	last uint64 // the last number of the peer; the reader's own

	mu      sync.Mutex
	err     error // why the session ended; final once done is closed
	ended   bool
	closing bool
	linkErr error // why writing to the link failed
	table   table
	backlog []*stream
}

var _ transport.Session = (*session)(nil)

func startSession(link net.Conn, cfg transport.Config, buffer int) (transport.Session, error) {
	if !supports(link) {
		return nil, fmt.Errorf("unix/1: a link of type %T is not a unix stream socket: use another transport: %w", link, errors.ErrUnsupported)
	}
	conn := link.(*net.UnixConn)
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("unix/1: use the link: %w", err)
	}
	s := &session{
		link:       conn,
		raw:        raw,
		side:       cfg.Side,
		max:        cfg.MaxStreams,
		buffer:     buffer,
		grace:      lastWords,
		logger:     cfg.Logger,
		acceptable: make(chan struct{}, 1),
		free:       make(chan struct{}, 1),
		done:       make(chan struct{}),
		table:      newTable(),
	}
	if cfg.Debug { // no timers
		s.grace = 0
	}
	s.out = newOutbox(raw, 2*cfg.MaxStreams+16, s.openFailed, s.linkBroken)
	s.goroutines.Go(func() { s.end(s.readLink()) })
	return s, nil
}

func (s *session) Open(ctx context.Context) (transport.Stream, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		ok, err := s.reserve()
		if err != nil {
			return nil, err
		}
		if ok {
			return s.open()
		}
		// Streams that were closed here may still be open at the peer, and count
		// there until they are not.
		select {
		case <-s.free:
		case <-ctx.Done():
		case <-s.done:
		}
	}
}

// reserve makes room for a stream of this side, or says that there will be some.
func (s *session) reserve() (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cause := s.cause(); cause != nil {
		return false, closedBy("unix/1: open a stream", cause)
	}
	switch {
	case s.table.inUse >= s.max:
		return false, transport.ErrTooManyStreams
	case s.table.counted >= s.max:
		return false, nil
	}
	s.table.inUse++
	s.table.counted++
	if s.table.counted < s.max {
		wake(s.free) // another Open may be waiting for the same signal
	}
	return true, nil
}

// open makes the stream for which there is room. An error gives that back.
func (s *session) open() (transport.Stream, error) {
	near, far, err := socketPair(s.buffer)
	if err != nil {
		s.unreserve()
		return nil, fmt.Errorf("unix/1: open a stream: %w", err)
	}
	st, err := newStream(s, near, true)
	if err != nil {
		syscall.Close(far)
		s.unreserve()
		return nil, fmt.Errorf("unix/1: open a stream: %w", err)
	}
	st.far = far
	s.mu.Lock()
	s.table.open[st] = struct{}{}
	cause := s.cause()
	s.mu.Unlock()
	if cause != nil {
		st.finish(endedHere)
		return nil, closedBy("unix/1: open a stream", cause)
	}
	return st, nil
}

// cause says why the session has ended, or is about to, nil if it is not. The
// caller has the lock.
func (s *session) cause() error {
	if s.closing {
		return errSessionClosed
	}
	return s.err
}

// announce gives st its number, and passes far to the peer.
func (s *session) announce(st *stream, far int) error {
	s.opening.Lock()
	defer s.opening.Unlock()
	s.number++
	s.mu.Lock()
	st.number = s.number
	s.table.mine[s.number] = st
	cause := s.cause()
	s.mu.Unlock()
	if cause != nil {
		syscall.Close(far)
	} else if cause = s.out.put(newFrame(kindOpen, s.number), far); cause == nil {
		return nil
	}
	s.forget(s.number)
	if recoverable(cause) {
		return transport.Closed("unix/1: open a stream", limitError(cause))
	}
	return closedBy("unix/1: open a stream", cause)
}

func (s *session) unreserve() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.table.inUse--
	s.table.counted--
	wake(s.free)
}

func (s *session) Accept(ctx context.Context) (transport.Stream, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		st, err := s.tryAccept()
		if err != nil {
			return nil, err
		}
		if st != nil {
			return st, nil
		}
		select {
		case <-s.acceptable:
		case <-ctx.Done():
		case <-s.done:
		}
	}
}

// tryAccept returns the oldest stream of the backlog, nil if it is empty.
func (s *session) tryAccept() (*stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, errSessionClosed
	}
	if len(s.backlog) == 0 {
		if s.ended {
			return nil, closedBy("unix/1: accept a stream", s.err)
		}
		return nil, nil
	}
	st := s.backlog[0]
	s.backlog[0] = nil
	s.backlog = s.backlog[1:]
	if len(s.backlog) > 0 {
		wake(s.acceptable) // another Accept may be waiting for the same signal
	}
	return st, nil
}

func (s *session) Done() <-chan struct{} { return s.done }

func (s *session) Err() error {
	select {
	case <-s.done:
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.err
	default:
		return nil
	}
}

func (s *session) Close() error {
	s.closed.Do(func() {
		s.mu.Lock()
		s.closing = true
		s.mu.Unlock()
		s.sayGoodbye()
		s.end(errSessionClosed)
		for _, st := range s.streams() {
			st.finish(endedSession)
		}
	})
	s.goroutines.Wait()
	s.out.sending.Wait()
	return nil
}

// sayGoodbye sends what waits and the goodbye, unless the peer does not read it
// in time.
func (s *session) sayGoodbye() {
	if s.out.put(newFrame(kindGoodbye, 0), noDescriptor) != nil {
		return
	}
	flushed := s.out.waiting()
	if flushed == nil {
		return
	}
	if s.grace > 0 {
		t := time.NewTimer(s.grace)
		defer t.Stop()
		select {
		case <-flushed:
			return
		case <-t.C:
		}
	}
	s.logger.Debug("unix/1: the peer does not read the link; closing it without a goodbye", "side", s.side)
}

// end ends the session, closes the link and lets everybody who waits know. The
// first cause counts. Streams are sockets of their own: they end as if the peer
// had closed each of them, so that what has arrived can be read.
func (s *session) end(cause error) {
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		return
	}
	switch {
	case s.closing:
		cause = errSessionClosed
	case s.linkErr != nil && errors.Is(cause, io.EOF):
		cause = s.linkErr
	}
	s.ended, s.err = true, cause
	s.mu.Unlock()
	s.logger.Debug("unix/1: the session has ended", "side", s.side, "cause", cause)
	s.out.abort(cause)
	shutDown(s.raw)
	s.link.Close()
	close(s.done)
	for _, st := range s.streams() {
		st.hangUp()
	}
}

// uncount is told that a stream of this side is about to end here, and whether the
// peer had never heard of it.
func (s *session) uncount(unused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.table.inUse--
	if unused {
		s.table.counted--
		wake(s.free)
	}
}

// released is told that a stream has given its descriptor back.
func (s *session) released(st *stream) {
	s.mu.Lock()
	delete(s.table.open, st)
	if st.mine {
		s.mu.Unlock()
		return
	}
	s.table.theirs--
	s.mu.Unlock()
	if err := s.out.put(newFrame(kindClosed, st.number), noDescriptor); err == errPeerStuck {
		s.end(err)
	}
}

// openFailed ends a stream whose OPEN could not be sent.
func (s *session) openFailed(number uint64, err error) {
	s.mu.Lock()
	st := s.table.mine[number]
	s.mu.Unlock()
	s.forget(number)
	if st != nil {
		err = transport.Closed("unix/1: open a stream", err)
		st.finish(&ending{err, err})
	}
}

// streams returns all that are open here.
func (s *session) streams() []*stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.table.all()
}

// linkBroken is called when the link takes no more frames. Shut down, it gives
// the reader what the peer sent before it left, and then ends.
func (s *session) linkBroken(err error) {
	var errno syscall.Errno
	if !errors.As(err, &errno) || !gone(errno) {
		s.mu.Lock()
		s.linkErr = fmt.Errorf("unix/1: write to the link: %w", err)
		s.mu.Unlock()
	}
	shutDown(s.raw)
}

// wake leaves a signal for one that waits, now or soon.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
