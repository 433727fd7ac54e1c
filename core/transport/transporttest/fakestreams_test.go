package transporttest

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

func streamFakes() []fake {
	return []fake{
		{
			name:     "close does not unblock a read",
			caughtBy: []string{"close-unblocks-read"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, close: func() error { return nil }}
			},
		},
		{
			name:     "close waits for a write",
			caughtBy: []string{"close-unblocks-write"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				var mu sync.Mutex
				return &streamFuncs{Stream: s,
					write: func(p []byte) (int, error) {
						mu.Lock()
						defer mu.Unlock()
						return s.Write(p)
					},
					close: func() error {
						mu.Lock()
						defer mu.Unlock()
						return s.Close()
					}}
			},
		},
		{
			name:     "second close is an error",
			caughtBy: []string{"close-stream-again", "close-stream-concurrently"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				var n atomic.Int32
				return &streamFuncs{Stream: s, close: func() error {
					if n.Add(1) > 1 {
						return io.ErrClosedPipe
					}
					return s.Close()
				}}
			},
		},
		{
			name:     "the end is not io.EOF",
			caughtBy: []string{"close-delivers"},
			says:     "want io.EOF",
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, read: func(p []byte) (int, error) {
					n, err := s.Read(p)
					if errors.Is(err, io.EOF) {
						err = io.ErrUnexpectedEOF
					}
					return n, err
				}}
			},
		},
		{
			name:     "the end does not come",
			caughtBy: []string{"basic-io"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, close: func() error { return nil }}
			},
		},
		{
			name:     "the last bytes before close are lost",
			caughtBy: []string{"close-delivers"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				var kept []byte
				return &streamFuncs{Stream: s, write: func(p []byte) (int, error) {
					if _, err := s.Write(kept); err != nil {
						return 0, err
					}
					kept = nil
					if len(p) > 999 { // to be sent with the next bytes, or never
						kept = append(kept, p[len(p)-1])
						p = p[:len(p)-1]
						_, err := s.Write(p)
						return len(p) + 1, err
					}
					return s.Write(p)
				}}
			},
		},
		{
			name:     "a closed stream reads io.EOF",
			caughtBy: []string{"use-after-close"},
			says:     "net.ErrClosed",
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, read: func(p []byte) (int, error) {
					n, err := s.Read(p)
					if errors.Is(err, net.ErrClosed) {
						err = io.EOF
					}
					return n, err
				}}
			},
		},
		{
			name:     "close is not told to the peer's writer and stops nothing",
			caughtBy: []string{"write-after-peer-close"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				stuck := make(chan struct{})
				return &streamFuncs{Stream: s, write: func(p []byte) (int, error) {
					n, err := s.Write(p)
					if err != nil {
						<-stuck
					}
					return n, err
				}}
			},
		},
		{
			name:     "close of one stream closes the session",
			caughtBy: []string{"close-leaves-others-alone", "too-many-streams"},
			stream: func(s transport.Stream, sess *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, close: func() error {
					s.Close()
					return sess.Session.Close()
				}}
			},
		},
		{
			name:     "an unused stream is never given back",
			caughtBy: []string{"close-unused-stream"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				var used atomic.Bool
				return &streamFuncs{Stream: s,
					write: func(p []byte) (int, error) {
						used.Store(true)
						return s.Write(p)
					},
					close: func() error {
						if !used.Load() {
							return nil
						}
						return s.Close()
					}}
			},
		},
		{
			name:     "a closed stream is never given back",
			caughtBy: []string{"open-and-close-in-sequence"},
			link:     &Link{Name: "pipe", Make: memoryPair},
			config: func(cfg transport.Config) transport.Config {
				cfg.MaxStreams = 1 << 20
				return cfg
			},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				stay := make(chan struct{})
				go func() { <-stay }()
				return s
			},
		},
		{
			name:     "one stream's writer holds up all others",
			caughtBy: []string{"full-streams-opener-writes", "full-streams-accepter-writes", "full-streams-from-the-plugin", "unaccepted-streams"},
			stream: func(s transport.Stream, sess *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, write: func(p []byte) (int, error) {
					sess.mu.Lock()
					defer sess.mu.Unlock()
					return s.Write(p)
				}}
			},
		},
		{
			name:     "small writes wait until nobody else writes",
			caughtBy: []string{"bulk-beside-small"},
			stream: func(s transport.Stream, sess *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, write: func(p []byte) (int, error) {
					if len(p) < 1000 {
						s.Write(p[:1])
						sess.mu.Lock()
						defer sess.mu.Unlock()
						return len(p), nil
					}
					return s.Write(p)
				}}
			},
		},
		{
			name:     "write keeps the slice",
			caughtBy: []string{"write-keeps-nothing"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				w := &laterWriter{to: s, keep: true}
				return &streamFuncs{Stream: s, write: w.Write}
			},
		},
		{
			name:     "write has no bound",
			caughtBy: []string{"unread-stream-stops-its-writer"},
			says:     "that nobody read",
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				w := &laterWriter{to: s}
				return &streamFuncs{Stream: s, write: w.Write}
			},
		},
		{
			name:     "write masks the slice in place",
			caughtBy: []string{"write-leaves-p-alone"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, write: func(p []byte) (int, error) {
					n, err := s.Write(p)
					for i := range p {
						p[i] ^= 0x55
					}
					return n, err
				}}
			},
		},
		{
			name:     "a read drops a byte in a thousand",
			caughtBy: []string{"odd-sizes", "one-byte-writes", "large-both-ways"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				total := 0
				return &streamFuncs{Stream: s, read: func(p []byte) (int, error) {
					n, err := s.Read(p)
					if before := total / 1000; n > 1 && (total+n)/1000 > before || n == 1 && total%1000 == 999 {
						p[n-1]++
					}
					total += n
					return n, err
				}}
			},
		},
		{
			name:     "a deadline is looked at by waiting reads only",
			caughtBy: []string{"deadline-past"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, read: func(p []byte) (int, error) {
					n, err := s.Read(p)
					if errors.Is(err, os.ErrDeadlineExceeded) {
						s.SetReadDeadline(time.Time{})
						return s.Read(p)
					}
					return n, err
				}}
			},
		},
		{
			name:     "deadlines do nothing",
			caughtBy: []string{"deadline-future"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, deadline: func(time.Time) error { return nil }}
			},
		},
		{
			name:     "a deadline counts from the next read on",
			caughtBy: []string{"deadline-interrupts"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				var next atomic.Pointer[time.Time]
				return &streamFuncs{Stream: s,
					deadline: func(t time.Time) error { next.Store(&t); return nil },
					read: func(p []byte) (int, error) {
						if t := next.Load(); t != nil {
							s.SetReadDeadline(*t)
						}
						return s.Read(p)
					}}
			},
		},
		{
			name:     "a deadline cannot be taken away",
			caughtBy: []string{"deadline-cleared"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, deadline: func(t time.Time) error {
					if t.IsZero() {
						return nil
					}
					return s.SetReadDeadline(t)
				}}
			},
		},
		{
			name:     "a deadline loses what was read before it",
			caughtBy: []string{"deadline-loses-nothing"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s, read: func(p []byte) (int, error) {
					n, err := io.ReadFull(s, p)
					if errors.Is(err, os.ErrDeadlineExceeded) {
						return 0, err
					}
					return n, err
				}}
			},
		},
		{
			name:     "the deadline for reading is one for writing too",
			caughtBy: []string{"deadline-leaves-write-alone"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				var past atomic.Bool
				return &streamFuncs{Stream: s,
					deadline: func(t time.Time) error {
						past.Store(!t.IsZero() && time.Until(t) < 0)
						return s.SetReadDeadline(t)
					},
					write: func(p []byte) (int, error) {
						if past.Load() {
							return 0, os.ErrDeadlineExceeded
						}
						return s.Write(p)
					}}
			},
		},
	}
}
