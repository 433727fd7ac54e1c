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
			name:     "a full stream stops the reading of the link",
			caughtBy: []string{"both-only-write-first"},
			over: func(link net.Conn) net.Conn {
				// Reading and writing share one lock, as in a driver whose reader
				// answers the peer by itself.
				var mu sync.Mutex
				return &connFuncs{Conn: link,
					read: func(p []byte) (int, error) {
						n, err := link.Read(p)
						mu.Lock()
						defer mu.Unlock()
						return n, err
					},
					write: func(p []byte) (int, error) {
						mu.Lock()
						defer mu.Unlock()
						return link.Write(p)
					}}
			},
		},
	}
}
