package directtransport

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// lastWords bounds how long Close lets waiting bytes be written to a peer that
// may not read, and how long a session whose writing failed looks for the
// peer's reason.
const lastWords = 250 * time.Millisecond

// session is one end of a link.
type session struct {
	link   net.Conn
	side   transport.Side
	max    int // streams of each side
	logger *slog.Logger

	in     *linkReader
	out    *linkWriter
	chunks chunkPool

	acceptable chan struct{} // capacity one: the backlog may have a stream
	free       chan struct{} // capacity one: Open may have room
	done       chan struct{}
	closed     sync.Once
	closing    atomic.Bool
	goroutines sync.WaitGroup
	writeErr   atomic.Pointer[error]

	mu      sync.Mutex
	err     error // why the session ended; final once done is closed
	ended   bool
	nextID  uint32
	table   streamTable
	backlog []*stream
}

var _ transport.Session = (*session)(nil)

func startSession(link net.Conn, cfg transport.Config) *session {
	s := &session{
		link:       link,
		side:       cfg.Side,
		max:        cfg.MaxStreams,
		logger:     cfg.Logger,
		in:         newLinkReader(link),
		acceptable: make(chan struct{}, 1),
		free:       make(chan struct{}, 1),
		done:       make(chan struct{}),
		nextID:     firstID(cfg.Side),
		table:      streamTable{streams: make(map[uint32]*stream)},
	}
	s.out = newLinkWriter(link, cfg.MaxStreams, s.writingFailed)
	s.goroutines.Go(s.out.flush)
	s.goroutines.Go(func() { s.end(s.readLink()) })
	return s
}

func (s *session) Open(ctx context.Context) (transport.Stream, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		st, err := s.tryOpen()
		if err != nil {
			return nil, err
		}
		if st != nil {
			return st, nil
		}
		// Streams that were closed here may still be unread at the peer, and
		// count there until they are not.
		select {
		case <-s.free:
		case <-ctx.Done():
		case <-s.done:
		}
	}
}

// tryOpen returns a new stream, nil if there will be room for one.
func (s *session) tryOpen() (*stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil, closedBy("direct/1: open a stream", s.err)
	}
	if s.closing.Load() {
		return nil, errSessionClosed
	}
	if s.table.inUse >= s.max {
		return nil, transport.ErrTooManyStreams
	}
	if s.table.mine >= s.max {
		return nil, nil
	}
	for s.table.streams[s.nextID] != nil {
		s.nextID = idAfter(s.nextID)
	}
	st := newStream(s, s.nextID, true)
	s.nextID = idAfter(s.nextID)
	s.table.addMine(st)
	if s.table.mine < s.max {
		wake(s.free) // another Open may be waiting for the same signal
	}
	return st, nil
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
	if s.closing.Load() {
		return nil, errSessionClosed
	}
	if len(s.backlog) == 0 {
		if s.ended {
			return nil, closedBy("direct/1: accept a stream", s.err)
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
		s.closing.Store(true)
		s.mu.Unlock()
		s.sayGoodbye()
		s.end(errSessionClosed)
	})
	s.goroutines.Wait()
	return nil
}

// sayGoodbye lets the flusher write what waits and the goodbye, unless the peer
// does not read it in time.
func (s *session) sayGoodbye() {
	s.out.finish()
	t := time.NewTimer(lastWords)
	defer t.Stop()
	select {
	case <-s.out.flushed:
	case <-t.C:
		s.logger.Debug("direct/1: the peer does not read the link; closing it without a goodbye", "side", s.side)
	}
	// Not any connection that can: over TLS this waits for a write that is stuck,
	// and Close does it anyway.
	switch half := s.link.(type) {
	case *net.UnixConn:
		half.CloseWrite()
	case *net.TCPConn:
		half.CloseWrite()
	}
}

// end ends the session, closes the link and lets everybody who waits know. The
// first cause counts.
func (s *session) end(cause error) {
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		return
	}
	if s.closing.Load() {
		cause = errSessionClosed
	}
	s.ended, s.err = true, cause
	streams := s.table.all()
	s.mu.Unlock()
	s.logger.Debug("direct/1: the session has ended", "side", s.side, "cause", cause)
	s.out.abort(cause)
	s.link.Close()
	close(s.done)
	for _, st := range streams {
		st.sessionEnded(cause)
	}
}

// writingFailed is called, under the writer's lock, when the link takes no more
// bytes. The link's reader ends the session, because the peer may have said why
// it left; but it does not look for that for long.
func (s *session) writingFailed(err error) {
	s.writeErr.CompareAndSwap(nil, &err)
	if s.link.SetReadDeadline(time.Now().Add(lastWords)) != nil {
		s.link.Close()
	}
}
