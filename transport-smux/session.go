package smuxtransport

import (
	"context"
	"fmt"
	"math"
	"net"
	"sync/atomic"

	"github.com/xtaci/smux"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

// session implements [transport.Session].
type session struct {
	x    *smux.Session
	conn *conn
	led  *ledger

	usedUp atomic.Bool // no more streams can be opened

	*muxlink.Ending

	queue backlog
	gone  chan struct{} // closed when the keeper has ended
}

var _ transport.Session = (*session)(nil)

func newSession(link net.Conn, cfg transport.Config, buffer int, pool *muxlink.Pool) (*session, error) {
	s := &session{
		led:    newLedger(cfg.Side, cfg.MaxStreams, buffer),
		Ending: muxlink.NewEnding(),
		gone:   make(chan struct{}),
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
	const perStream, reserve = muxlink.SmallWrite + 16*(headerSize+updateSize), 1 << 20
	return reserve + 2*existing(maxStreams)*perStream
}

// Open opens a stream. It waits while the peer has yet to close very many that
// were closed here.
func (s *session) Open(ctx context.Context) (transport.Stream, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.Over("open stream"); err != nil {
		return nil, err
	}
	if s.usedUp.Load() {
		return nil, fmt.Errorf("open stream: %w", errUsedUp)
	}
	switch err := s.led.reserve(ctx, s.Done()); err {
	case nil:
	case muxlink.ErrEnded:
		return nil, s.Over("open stream")
	default:
		return nil, err
	}
	x, err := s.x.OpenStream()
	if err != nil {
		s.led.cancel()
		return nil, translate("open stream", err, s.Over("open stream"))
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
		if s.ClosedHere() {
			return nil, s.Over("accept stream")
		}
		if x := s.queue.pop(); x != nil {
			return newStream(s, x, false), nil
		}
		if err := s.Over("accept stream"); err != nil {
			return nil, err
		}
		select {
		case <-s.queue.arrived:
		case <-ctx.Done():
		case <-s.Done():
		}
	}
}

// Close ends the session and waits for its goroutines.
func (s *session) Close() error {
	s.end(transport.Closed("session", nil), true)
	<-s.gone
	s.conn.out.Join()
	return nil
}

// end ends the session unless it has ended already. It does not wait, since the
// library's goroutines call it.
func (s *session) end(cause error, local bool) {
	s.End(cause, local)
	s.conn.out.Close()
}
