package mux

import (
	"net"
	"sync"
	"time"
)

// closeTimeout is how long a stream that was closed here waits for the other side to
// close it, too. Until then it holds what the other side sends.
const closeTimeout = 10 * time.Second

// refusalLimit bounds how many refused streams may wait for that. A peer that opens more
// of them than any program has use for is not one to be kept.
const refusalLimit = 128

// Refusals closes the streams of one session that nobody wants, and says when there are
// too many of them. The zero value is ready. It may be used concurrently.
type Refusals struct {
	mu    sync.Mutex
	over  bool        // the session is being ended
	times []time.Time // of those that may still be open at the other side, the oldest first
}

// Refuse closes a stream. It reports, once, that the session is to be ended, too.
func (r *Refusals) Refuse(stream net.Conn) (tooMany bool) {
	stream.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	for len(r.times) > 0 && now.Sub(r.times[0]) >= closeTimeout {
		r.times = r.times[1:]
	}
	if len(r.times) == refusalLimit {
		tooMany = !r.over
		r.over = true
		return tooMany
	}
	r.times = append(r.times, now)
	return false
}
