package transporttest

import (
	"sync"

	"github.com/tenon-dev/tenon/core/transport"
)

func pairFakes() []fake {
	return []fake{
		{
			name:     "a pair that counts its body alone",
			caughtBy: []string{"write-pair"},
			says:     "returned",
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				return &pairFuncs{s, func(head, body []byte) (int, error) {
					if _, err := s.Write(head); err != nil {
						return 0, err
					}
					return s.Write(body)
				}}
			},
		},
		{
			name:     "a pair put together in what is not the writer's",
			caughtBy: []string{"write-pair"},
			says:     "changed what it was given",
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				return &pairFuncs{s, func(head, body []byte) (int, error) { return s.Write(append(head, body...)) }}
			},
		},
		{
			name:     "a pair that somebody else writes later",
			caughtBy: []string{"write-pair-ends"},
			says:     "that nobody read",
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				var one sync.Mutex
				return &pairFuncs{s, func(head, body []byte) (int, error) {
					go func() {
						one.Lock()
						defer one.Unlock()
						s.Write(head)
						s.Write(body)
					}()
					return len(head) + len(body), nil
				}}
			},
		},
	}
}

// pairFuncs is a stream that writes pairs as pair does.
type pairFuncs struct {
	transport.Stream
	pair func(head, body []byte) (int, error)
}

func (s *pairFuncs) WritePair(head, body []byte) (int, error) { return s.pair(head, body) }
