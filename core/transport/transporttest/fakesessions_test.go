package transporttest

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"

	"github.com/tenon-dev/tenon/core/transport"
)

func sessionFakes() []fake {
	return []fake{
		{
			name:     "a name without a version",
			caughtBy: []string{"name"},
			rename:   "direct",
		},
		{
			name:     "the session waits for the other side",
			caughtBy: []string{"sides-do-not-wait"},
			start: func(link net.Conn, cfg transport.Config) error {
				if cfg.Side == transport.Host {
					_, err := link.Write([]byte{0})
					return err
				}
				_, err := link.Read(make([]byte, 1))
				return err
			},
		},
		{
			name:     "streams get each other's bytes",
			caughtBy: []string{"opener-writes-first", "both-open-at-once", "many-opens-at-once", "many-streams-at-once"},
			stream: func(s transport.Stream, sess *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, write: func(p []byte) (int, error) {
					if len(p) < 2 {
						return s.Write(p)
					}
					return s.Write(append([]byte{'x', 'x'}, p[2:]...))
				}}
			},
		},
		{
			name:     "a nil pointer beside an error",
			caughtBy: []string{"ended-context", "own-close", "peer-close", "close-session-unblocks"},
			says:     "non-nil interface",
			session: func(s transport.Session, _ net.Conn) transport.Session {
				typed := func(st transport.Stream, err error) (transport.Stream, error) {
					if err != nil {
						return (*streamFuncs)(nil), err
					}
					return st, nil
				}
				return &typedNilSession{s, typed}
			},
		},
		{
			name:     "there is no limit of streams",
			caughtBy: []string{"too-many-streams", "surplus-is-refused"},
			config: func(cfg transport.Config) transport.Config {
				cfg.MaxStreams *= 100
				return cfg
			},
		},
		{
			name:     "both sides share one limit",
			caughtBy: []string{"each-side-has-its-share"},
			session: func(s transport.Session, _ net.Conn) transport.Session {
				var n atomic.Int32
				count := func(st transport.Stream, err error) (transport.Stream, error) {
					if err == nil && n.Add(1) > 3 {
						st.Close()
						return nil, transport.ErrTooManyStreams
					}
					return st, err
				}
				return &sessionFuncs{Session: s,
					open:   func(ctx context.Context) (transport.Stream, error) { return count(s.Open(ctx)) },
					accept: func(ctx context.Context) (transport.Stream, error) { return count(s.Accept(ctx)) }}
			},
		},
		{
			name:     "accept ignores its context",
			caughtBy: []string{"cancel-waiting-accept"},
			session: func(s transport.Session, _ net.Conn) transport.Session {
				return &sessionFuncs{Session: s, accept: func(context.Context) (transport.Stream, error) {
					return s.Accept(context.Background())
				}}
			},
		},
		{
			name:     "a cancelled accept drops a stream",
			caughtBy: []string{"cancelled-accept-loses-nothing"},
			session: func(s transport.Session, _ net.Conn) transport.Session {
				return &sessionFuncs{Session: s, accept: func(ctx context.Context) (transport.Stream, error) {
					type result struct {
						st  transport.Stream
						err error
					}
					got := make(chan result, 1)
					go func() {
						st, err := s.Accept(context.Background())
						got <- result{st, err}
					}()
					select {
					case r := <-got:
						return r.st, r.err
					case <-ctx.Done():
						return nil, ctx.Err()
					}
				}}
			},
		},
		{
			name:     "the context of open ends the stream",
			caughtBy: []string{"open-context-ends-with-opening"},
			session: func(s transport.Session, _ net.Conn) transport.Session {
				return &sessionFuncs{Session: s, open: func(ctx context.Context) (transport.Stream, error) {
					st, err := s.Open(ctx)
					if err == nil {
						context.AfterFunc(ctx, func() { st.Close() })
						if ctx.Done() != nil {
							return &streamFuncs{Stream: st, write: func(p []byte) (int, error) {
								if err := ctx.Err(); err != nil {
									return 0, err
								}
								return st.Write(p)
							}}, nil
						}
					}
					return st, err
				}}
			},
		},
		{
			name:     "err says nothing after the end",
			caughtBy: []string{"own-close", "err-is-nil-before-done"},
			says:     "Err is nil",
			session: func(s transport.Session, _ net.Conn) transport.Session {
				return &sessionFuncs{Session: s, err: func() error { return nil }}
			},
		},
		{
			name:     "err speaks before the end",
			caughtBy: []string{"err-is-nil-before-done"},
			session: func(s transport.Session, _ net.Conn) transport.Session {
				return &sessionFuncs{Session: s, err: func() error { return errors.New("not yet") }}
			},
		},
		{
			name:     "err cannot tell the peer's end from its own",
			caughtBy: []string{"peer-close"},
			says:     "io.EOF",
			session: func(s transport.Session, _ net.Conn) transport.Session {
				return &sessionFuncs{Session: s, err: func() error {
					if s.Err() == nil {
						return nil
					}
					return net.ErrClosed
				}}
			},
		},
		{
			name:     "the end of the session matches nothing",
			caughtBy: []string{"own-close", "peer-close"},
			says:     "net.ErrClosed",
			session: func(s transport.Session, _ net.Conn) transport.Session {
				return &sessionFuncs{Session: s, open: func(ctx context.Context) (transport.Stream, error) {
					st, err := s.Open(ctx)
					if errors.Is(err, net.ErrClosed) {
						return nil, io.ErrClosedPipe
					}
					return st, err
				}}
			},
		},
		{
			name:     "done closes on this side's close only",
			caughtBy: []string{"peer-close", "link-cut", "link-cut-anywhere", "link-closed-before", "garbage"},
			session: func(s transport.Session, _ net.Conn) transport.Session {
				done := make(chan struct{})
				var n atomic.Int32
				return &sessionFuncs{Session: s,
					done: func() <-chan struct{} { return done },
					close: func() error {
						if n.Add(1) == 1 {
							close(done)
						}
						return s.Close()
					}}
			},
		},
		{
			name:     "the end of the session hides what has arrived",
			caughtBy: []string{"peer-close-delivers-first"},
			stream: func(s transport.Stream, sess *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, read: func(p []byte) (int, error) {
					select {
					case <-sess.Done():
						return 0, io.EOF
					default:
						return s.Read(p)
					}
				}}
			},
		},
		{
			name:     "close of the session is an error again",
			caughtBy: []string{"close-session-again", "close-session-concurrently"},
			session: func(s transport.Session, _ net.Conn) transport.Session {
				var n atomic.Int32
				return &sessionFuncs{Session: s, close: func() error {
					if n.Add(1) > 1 {
						return net.ErrClosed
					}
					return s.Close()
				}}
			},
		},
		{
			name:     "a goroutine outlives the session",
			caughtBy: []string{"basic-io"},
			says:     "a goroutine was left behind",
			session: func(s transport.Session, _ net.Conn) transport.Session {
				stay := make(chan struct{})
				go func() { <-stay }()
				return s
			},
		},
	}
}

// typedNilSession wraps the results of Open and Accept, on the outside of
// whatever else wraps them.
type typedNilSession struct {
	transport.Session
	typed func(transport.Stream, error) (transport.Stream, error)
}

func (s *typedNilSession) Open(ctx context.Context) (transport.Stream, error) {
	return s.typed(s.Session.Open(ctx))
}

func (s *typedNilSession) Accept(ctx context.Context) (transport.Stream, error) {
	return s.typed(s.Session.Accept(ctx))
}
