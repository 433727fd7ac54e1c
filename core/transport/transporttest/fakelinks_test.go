package transporttest

import (
	"errors"
	"net"
	"sync"

	"github.com/tenon-dev/tenon/core/transport"
)

func linkFakes() []fake {
	return []fake{
		{
			name:     "close leaves the link open",
			caughtBy: []string{"close-closes-link"},
			session: func(s transport.Session, _ net.Conn) transport.Session {
				return &sessionFuncs{Session: s, close: func() error { return nil }}
			},
		},
		{
			name:     "an error leaves the link open",
			caughtBy: []string{"link-closed-before"},
			says:     "left its link open",
			start: func(link net.Conn, _ transport.Config) error {
				return errors.New("not today")
			},
		},
		{
			name:     "write errors of the link are not seen",
			caughtBy: []string{"link-error-ends-session"},
			over: func(link net.Conn) net.Conn {
				return &connFuncs{Conn: link, write: func(p []byte) (int, error) {
					link.Write(p)
					return len(p), nil
				}}
			},
		},
		{
			name:     "close of a stream waits for the link",
			caughtBy: []string{"peer-does-not-read-link"},
			stream: func(s transport.Stream, sess *fakeSession) transport.Stream {
				return &streamFuncs{Stream: s,
					write: func(p []byte) (int, error) {
						sess.mu.Lock()
						defer sess.mu.Unlock()
						return s.Write(p)
					},
					close: func() error {
						sess.mu.Lock()
						defer sess.mu.Unlock()
						return s.Close()
					}}
			},
		},
		{
			name:     "write waits for an answer",
			caughtBy: []string{"both-only-write-first"},
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				answered := make(chan struct{})
				var once sync.Once
				return &streamFuncs{Stream: s,
					read: func(p []byte) (int, error) {
						if len(p) > 1 {
							once.Do(func() { close(answered) })
						}
						return s.Read(p)
					},
					write: func(p []byte) (int, error) {
						n, err := s.Write(p)
						if len(p) > 1 {
							<-answered
						}
						return n, err
					}}
			},
		},
	}
}
