package rpc

import (
	"runtime"
	"sync/atomic"
)

// One goroutine at a time reads a lane of the peer's calls. The reading is a task
// of the workers, and passes between them:
//
//   - While more calls have arrived, the reader gives each to a worker and reads on,
//     so that their replies leave together.
//   - The last one it serves itself, after it gave the reading to a worker: the call
//     waits for nobody to be woken. Where the transport notices what arrives meanwhile,
//     a worker gets the reading only then, see [lookout].
//   - A call of a quick method it serves at once, and nobody reads meanwhile. A
//     watchdog looks after that: when the handler takes longer than it promised, or
//     its reply cannot be written, another worker gets the reading, and the method
//     is treated like others for some time.
type dispatch struct {
	running   atomic.Pointer[MethodDefinition] // the quick method that is served by the reader
	watchdog  *watchdog                        // made for the first one
	queued    int                              // replies since the last ones were written
	unflushed bool                             // replies are queued that nobody writes yet
}

// leaveTogether is how many small frames leave in one write where more could. With all
// of them in one, each side would wait while the other one works.
const leaveTogether = 8

// run reads calls until the lane ends, or somebody else has the reading. It is a
// task.
func (s *serving) run() {
	for {
		if s.unflushed && !s.r.buffered() && !s.flush() {
			return
		}
		msg, err := s.r.next()
		var in *Incoming
		if err == nil {
			in, err = s.handle(msg)
		}
		if err != nil {
			s.peer.fail(err)
			s.end()
			return
		}
		if in == nil {
			continue
		}
		switch more := s.r.buffered(); {
		case in.quick:
			if !s.runQuick(in, more) {
				return
			}
		case more:
			if !s.peer.workers.do(in) {
				s.abandon(in)
			}
			if s.peer.budget.filling() { // with what others decode as soon as they run
				runtime.Gosched()
			}
		case s.looksOut():
			if !s.runWatched(in) {
				return
			}
		default:
			s.handOver()
			in.run()
			return
		}
	}
}

// handOver gives the reading to a worker.
func (s *serving) handOver() {
	if !s.peer.workers.do(s) { // the session has ended
		s.end()
	}
}

// end ends the lane. It is called once, by who has the reading.
func (s *serving) end() {
	s.r.close()
	s.stream.Close()
	if s.watch != nil {
		s.watch.Close()
	}
	s.peer.joined.Done()
}

// abandon drops a call that will not run, since the session ends.
func (s *serving) abandon(in *Incoming) {
	in.releaseBody()
	s.leave(in)
}

// runQuick serves a call of a quick method, and reports whether this goroutine
// still has the reading. With more, its reply leaves with those of the calls that
// have arrived already.
func (s *serving) runQuick(in *Incoming, more bool) (kept bool) {
	if s.watchdog == nil {
		s.watchdog = newWatchdog(s.expired)
	}
	s.running.Store(in.method)
	turn := s.watchdog.begin()
	returned := false
	defer func() {
		if returned {
			return
		}
		// runtime.Goexit ends this goroutine, but not the reading.
		s.w.flushQueued(flushOther)
		if s.watchdog.end(turn) {
			s.handOver()
		}
	}()
	in.run()
	if s.queued++; !more || s.queued == leaveTogether {
		s.queued = 0
		s.w.flushQueued(flushSelf)
	}
	returned = true
	if s.watchdog.end(turn) {
		s.unflushed = more
		return true
	}
	s.w.flushQueued(flushSelf)
	return false
}

// flush writes the replies that are queued, and reports whether this goroutine
// still has the reading: the peer may not read.
func (s *serving) flush() (kept bool) {
	s.running.Store(nil)
	turn := s.watchdog.begin()
	s.w.flushQueued(flushSelf)
	if !s.watchdog.end(turn) {
		return false
	}
	s.unflushed = false
	return true
}

// expired takes the reading from a goroutine that is held.
func (s *serving) expired(turn uint64) {
	if !s.watchdog.end(turn) {
		return
	}
	if m := s.running.Load(); m != nil {
		s.mu.Lock()
		s.demotions.demote(m)
		s.mu.Unlock()
	}
	s.unflushed = true
	s.handOver()
}

// demotions are the quick methods that were not quick, each with how its next calls
// are treated. A machine that is busy makes any method slow at times, so a demotion
// does not last.
type demotions map[*MethodDefinition]*demotion

type demotion struct {
	slow  int // how many calls are still treated like those of other methods
	again int // how many it will be, should the method last once more
	good  int // how many calls were quick since
}

const (
	fewDemoted  = 16
	mostDemoted = 4096
)

// demote notes that a call of m was not quick.
func (d demotions) demote(m *MethodDefinition) {
	x := d[m]
	if x == nil {
		x = &demotion{again: fewDemoted}
		d[m] = x
	}
	x.slow, x.good = x.again, 0
	x.again = min(2*x.again, mostDemoted)
}

// quick reports whether the next call of m, a quick method, may be served by the
// reader.
func (d demotions) quick(m *MethodDefinition) bool {
	x := d[m]
	switch {
	case x == nil:
		return true
	case x.slow > 0:
		x.slow--
		return false
	}
	if x.good++; x.good > mostDemoted {
		delete(d, m)
	}
	return true
}
