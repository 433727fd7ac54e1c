package smuxtransport

import (
	"fmt"
	"log/slog"
	"sync"

	"github.com/xtaci/smux"

	"github.com/tenon-dev/tenon/core/transport"
)

// keep is the goroutine of a session: it takes streams from the library as they
// come, because the library stops reading the link while 1024 of them wait, and
// ends the library's session when it is time.
func (s *session) keep(cfg transport.Config) {
	defer close(s.gone)
	for {
		x, err := s.x.AcceptStream()
		if err != nil {
			// The link's errors are known by now. What is left is the library's
			// opinion on what it was sent.
			s.end(fmt.Errorf("%w: %w", errProtocol, err), false)
			break
		}
		s.queue.push(x)
	}
	cfg.Logger.Debug("smux session ended", slog.Any("reason", s.Err()))
	s.teardown()
}

// teardown ends the library's session. Its sending goroutine has to end first, so that
// nothing uses the link afterwards, which it does when a write to the link fails, as all
// of them do by now. Opening a stream makes one.
func (s *session) teardown() {
	if x, err := s.x.OpenStream(); err == nil {
		// Not reached: the outbox is closed.
		_ = x.Close()
	}
	_ = s.x.Close()
}

// A backlog holds the streams that nobody has accepted yet. The ledger bounds how
// many there can be.
type backlog struct {
	mu      sync.Mutex
	streams []*smux.Stream
	arrived chan struct{} // holds a token while there may be streams
}

func (b *backlog) push(x *smux.Stream) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streams = append(b.streams, x)
	b.signal()
}

// pop returns nil if there is none. Whoever takes one and leaves others wakes the
// next.
func (b *backlog) pop() *smux.Stream {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.streams) == 0 {
		return nil
	}
	x := b.streams[0]
	b.streams[0] = nil
	b.streams = b.streams[1:]
	if len(b.streams) > 0 {
		b.signal()
	}
	return x
}

func (b *backlog) signal() {
	select {
	case b.arrived <- struct{}{}:
	default:
	}
}
