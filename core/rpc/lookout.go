package rpc

import (
	"sync/atomic"

	"github.com/tenon-dev/tenon/core/transport"
)

// A lookout lets the goroutine that reads calls serve the last one without giving the
// reading away before: whoever comes next is noticed by the transport, and only then
// another worker gets the reading. Waking one for each call, which then finds nothing to
// read, costs more than most handlers. Few transports can look out, see
// [transport.Watcher].
type lookout struct {
	calls int             // that were served before there was a watch
	watch transport.Watch // nil: there is none
	turn  atomic.Uint64   // odd while a call is served and nobody reads
}

// lookoutAfter is how many calls a lane serves before it gets a watch, which costs a
// descriptor and a goroutine.
const lookoutAfter = 32

// looksOut reports whether the transport notices what arrives while nobody reads. Bytes
// that were read already have arrived, and nobody would notice them.
func (s *serving) looksOut() bool {
	if s.watch == nil {
		if s.calls++; s.calls != lookoutAfter {
			return false
		}
		w, ok := s.stream.(transport.Watcher)
		if !ok {
			return false
		}
		watch, err := w.Watch(s.arrived)
		if err != nil {
			s.peer.log.Debug("calls are read without a watch", "error", err)
			return false
		}
		s.watch = watch
	}
	return s.r.br.buffered() == 0
}

// runWatched serves a call while nobody reads, and reports whether this goroutine still
// has the reading.
func (s *serving) runWatched(in *Incoming) (kept bool) {
	turn := s.turn.Add(1)
	s.watch.Arm()
	returned := false
	defer func() {
		kept = s.turn.CompareAndSwap(turn, turn+1)
		if kept {
			s.watch.Disarm()
		}
		if kept && !returned { // runtime.Goexit ends this goroutine, but not the reading
			s.handOver()
		}
	}()
	in.run()
	returned = true
	return
}

// arrived is told that there is something to read. It may be what a call before was
// to be told of.
func (s *serving) arrived() {
	if turn := s.turn.Load(); turn%2 == 1 && s.turn.CompareAndSwap(turn, turn+1) {
		s.handOver()
	}
}
