package transporttest

import (
	"sync/atomic"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// progress counts what writers have got rid of.
type progress struct {
	total atomic.Int64
	sum   *progress // counts these bytes too, unless nil
	err   error     // of a writer that stopped early; read it after joining
}

// fill writes to s until limit bytes are taken or Write fails. The latter is
// how it normally ends: the case closes the stream. Only one goroutine may fill
// for one progress.
func (m *progress) fill(s transport.Stream, limit int64) {
	chunk := make([]byte, 32<<10)
	for m.total.Load() < limit {
		n, err := s.Write(chunk)
		m.total.Add(int64(n))
		if m.sum != nil {
			m.sum.total.Add(int64(n))
		}
		if err != nil {
			m.err = err
			return
		}
	}
}

// stillFor is how long no byte must be taken before the writers count as
// blocked. On a machine that is slower than that a case tests less, and fails no
// sooner.
const stillFor = 60 * time.Millisecond

// waitUntilStill waits until the total has not grown for a while, and calls
// meanwhile, if not nil, over and over. It gives up, without failing, when the
// env's timeout has passed.
func (m *progress) waitUntilStill(e *env, meanwhile func()) {
	last, since := m.total.Load(), time.Now()
	giveUp := since.Add(e.timeout)
	for time.Now().Before(giveUp) {
		if meanwhile != nil {
			meanwhile()
		}
		pause(pollInterval)
		if now := m.total.Load(); now != last {
			last, since = now, time.Now()
		} else if time.Since(since) > stillFor {
			return
		}
	}
}

// scaled returns n, or less over a link that takes its time for each byte.
func (e *env) scaled(n int64) int64 {
	if e.link.slow {
		return n / 16
	}
	return n
}
