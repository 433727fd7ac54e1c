package yamuxtransport

import (
	"context"
	"fmt"
	"math"
	"net"
	"time"

	"github.com/hashicorp/yamux"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

// session implements [transport.Session].
type session struct {
	y    *yamux.Session
	conn *conn
	led  *ledger

	window int // of a stream that is read

	*muxlink.Ending
}

var _ transport.Session = (*session)(nil)

func newSession(link net.Conn, cfg transport.Config, window uint32, pool *muxlink.Pool) (*session, error) {
	s := &session{led: newLedger(cfg.Side, cfg.MaxStreams), window: int(window), Ending: muxlink.NewEnding()}
	log := &logger{to: cfg.Logger}
	s.conn = newConn(link, s.led, pool, outboxLimit(cfg.MaxStreams), log, func(err error) { s.end(err, false) })
	start := yamux.Client
	if cfg.Side == transport.Plugin {
		start = yamux.Server
	}
	y, err := start(s.conn, settings(cfg.MaxStreams, log))
	if err != nil {
		return nil, fmt.Errorf("start yamux: %w", err)
	}
	s.y = y
	return s, nil
}

// settings returns the configuration of the library.
func settings(maxStreams int, log *logger) *yamux.Config {
	const never = math.MaxInt64 * time.Nanosecond
	return &yamux.Config{
		// The ledger lets no more streams exist than this, accepted or not, so the
		// library has no reason to block an opener, or to refuse what it opened.
		AcceptBacklog: existing(maxStreams),

		// The end of a local peer is seen by the end of the link, and one that
		// stands still in a debugger is alive.
		EnableKeepAlive:   false,
		KeepAliveInterval: never,

		// A frame that runs into this time-out is lost or sent later, and either way
		// the two sides disagree about the window from then on. Nothing waits for it:
		// the outbox takes all frames at once.
		ConnectionWriteTimeout: never,

		// Not accepting a stream is no reason to end the session.
		StreamOpenTimeout: 0,

		// This one would throw away what the peer has not read yet.
		StreamCloseTimeout: 0,

		// It sees no data, and so never grants more than each stream begins with.
		MaxStreamWindowSize: initialWindow,

		Logger: log,
	}
}

// outboxLimit is how many bytes may wait for the link besides the budget: small
// writes and control frames of all the streams that may exist, and a reserve.
// Answers to pings are bounded by themselves. Only a peer that makes this side talk and does not listen
// gets there.
func outboxLimit(maxStreams int) int {
	const perStream, reserve = muxlink.SmallWrite + 16*headerSize, 1 << 20
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
	switch err := s.led.reserve(ctx, s.Done()); err {
	case nil:
	case muxlink.ErrEnded:
		return nil, s.Over("open stream")
	default:
		return nil, err
	}
	y, err := s.y.OpenStream()
	if err != nil {
		s.led.cancel()
		return nil, translate("open stream", err, s.Over(""))
	}
	return newStream(s, y, true), nil
}

// Accept waits for a stream of the peer's.
func (s *session) Accept(ctx context.Context) (transport.Stream, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.Over("accept stream"); err != nil {
		return nil, err
	}
	y, err := s.y.AcceptStreamWithContext(ctx)
	if err == nil {
		return newStream(s, y, false), nil
	}
	if ended := s.Over("accept stream"); ended != nil {
		return nil, ended
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, translate("accept stream", err, nil)
}

// Close ends the session and waits for its goroutines.
func (s *session) Close() error {
	s.end(transport.Closed("session", nil), true)
	err := s.y.Close()
	s.conn.out.Join()
	if err != nil {
		return fmt.Errorf("close session: %w", err)
	}
	return nil
}

// end ends the session unless it has ended already. It does not wait, since the
// library's goroutines call it.
func (s *session) end(cause error, local bool) {
	s.End(cause, local)
	s.conn.out.Close()
}
