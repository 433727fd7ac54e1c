package smuxtransport

import (
	"context"
	"fmt"
	"math"
	"net"
	"sync"
	"sync/atomic"

	"github.com/xtaci/smux"

	"github.com/tenon-dev/tenon/core/transport"
)

// session implements [transport.Session].
type session struct {
	x    *smux.Session
	conn *conn
	led  *ledger

	usedUp atomic.Bool // no more streams can be opened

	ended chan struct{}
	once  sync.Once
	err   error // why it ended; valid once ended is closed
	local bool  // Close was called here first; valid once ended is closed

	queue backlog
	gone  chan struct{} // closed when the keeper has ended
}

var _ transport.Session = (*session)(nil)

func newSession(link net.Conn, cfg transport.Config, buffer int, pool *pool) (*session, error) {
	s := &session{
		led:   newLedger(cfg.Side, cfg.MaxStreams, buffer),
		ended: make(chan struct{}),
		gone:  make(chan struct{}),
	}
	s.queue.arrived = make(chan struct{}, 1)
	s.conn = newConn(link, s.led, pool, outboxLimit(cfg.MaxStreams), func(err error) { s.end(err, false) })
	start := smux.Client
	if cfg.Side == transport.Plugin {
		start = smux.Server
	}
	x, err := start(s.conn, &smux.Config{
		Version: version,

		// The end of a local peer is seen by the end of the link, and one that
		// stands still in a debugger is alive.
		KeepAliveDisabled: true,

		// It sees no data, and holds none.
		MaxFrameSize:     maxFrame,
		MaxReceiveBuffer: initialWindow,
		MaxStreamBuffer:  initialWindow,
	})
	if err != nil {
		return nil, fmt.Errorf("start smux: %w", err)
	}
	s.x = x
	go s.keep(cfg)
	return s, nil
}

// outboxLimit is how many bytes may wait for the link besides the budget: small
// writes and control frames of all the streams that may exist, and a reserve.
// Only a peer that makes this side talk and does not listen gets there.
func outboxLimit(maxStreams int) int {
	const perStream, reserve = smallWrite + 16*(headerSize+updateSize), 1 << 20
	return reserve + 2*existing(maxStreams)*perStream
}

// Open opens a stream. It waits while the peer has yet to close very many that
// were closed here.
func (s *session) Open(ctx context.Context) (transport.Stream, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.over("open stream"); err != nil {
		return nil, err
	}
	if s.usedUp.Load() {
		return nil, fmt.Errorf("open stream: %w", errUsedUp)
	}
	switch err := s.led.reserve(ctx, s.ended); err {
	case nil:
	case errEnded:
		return nil, s.over("open stream")
	default:
		return nil, err
	}
	x, err := s.x.OpenStream()
	if err != nil {
		s.led.cancel()
		return nil, translate("open stream", err, s.over("open stream"))
	}
	if x.ID() > math.MaxUint32-64 {
		s.usedUp.Store(true) // the last ones are for teardown
	}
	return newStream(s, x, true), nil
}

// Accept waits for a stream of the peer's.
func (s *session) Accept(ctx context.Context) (transport.Stream, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if s.closedHere() {
			return nil, s.over("accept stream")
		}
		if x := s.queue.pop(); x != nil {
			return newStream(s, x, false), nil
		}
		if err := s.over("accept stream"); err != nil {
			return nil, err
		}
		select {
		case <-s.queue.arrived:
		case <-ctx.Done():
		case <-s.ended:
		}
	}
}

// Done is closed when the session has ended.
func (s *session) Done() <-chan struct{} { return s.ended }

// Err says why the session ended, nil as long as it has not.
func (s *session) Err() error {
	select {
	case <-s.ended:
		return s.err
	default:
		return nil
	}
}

// Close ends the session and waits for its goroutines.
func (s *session) Close() error {
	s.end(transport.Closed("session", nil), true)
	<-s.gone
	s.conn.out.join()
	return nil
}

// end ends the session unless it has ended already. It does not wait, since the
// library's goroutines call it.
func (s *session) end(cause error, local bool) {
	s.once.Do(func() {
		s.err, s.local = cause, local
		close(s.ended)
		s.conn.out.close()
	})
}

// isOver reports whether the session has ended.
func (s *session) isOver() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// over returns nil while the session lives, then the error of op.
func (s *session) over(op string) error {
	select {
	case <-s.ended:
		return transport.Closed(op, s.err)
	default:
		return nil
	}
}

// closedHere reports whether Close of this side ended the session: then what has
// arrived is not read any more.
func (s *session) closedHere() bool {
	select {
	case <-s.ended:
		return s.local
	default:
		return false
	}
}
