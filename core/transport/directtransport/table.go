package directtransport

import "github.com/tenon-dev/tenon/core/transport"

// streamTable knows the streams of a session that are not over: one is over when
// both sides have sent their CLOSE, and nothing can come for it any more. The
// session's lock guards it.
type streamTable struct {
	streams map[uint32]*stream
	mine    int // opened by this side
	theirs  int // opened by the peer, but for those that were refused
	refused int // refused here, and not yet closed by the peer
	inUse   int // opened by this side, and not closed by the application
}

// firstID and idAfter: the host's streams have odd numbers, the plugin's even
// ones, and 0 is none.
func firstID(side transport.Side) uint32 {
	if side == transport.Host {
		return 1
	}
	return 2
}

func idAfter(id uint32) uint32 {
	if id += 2; id == 0 {
		return 2
	}
	return id
}

func (t *streamTable) addMine(s *stream) {
	t.streams[s.id] = s
	t.mine++
	t.inUse++
}

func (t *streamTable) addTheirs(s *stream) {
	t.streams[s.id] = s
	if s.surplus {
		t.refused++
	} else {
		t.theirs++
	}
}

// remove takes out a stream that is over. It is false if that was done before.
func (t *streamTable) remove(s *stream) bool {
	if t.streams[s.id] != s {
		return false
	}
	delete(t.streams, s.id)
	switch {
	case s.mine:
		t.mine--
	case s.surplus:
		t.refused--
	default:
		t.theirs--
	}
	return true
}

func (t *streamTable) all() []*stream {
	all := make([]*stream, 0, len(t.streams))
	for _, s := range t.streams {
		all = append(all, s)
	}
	return all
}

// closeStream is the session's part of Close of a stream.
func (s *session) closeStream(st *stream) {
	s.out.shut(st)
	st.mu.Lock()
	over := st.peerDone || st.mine && !st.announced.Load()
	st.mu.Unlock()
	s.mu.Lock()
	if st.mine {
		s.table.inUse--
	}
	s.mu.Unlock()
	if over {
		s.forget(st)
	}
}

// finish ends a stream that the peer has closed and from which all was read.
func (s *session) finish(st *stream) {
	// In this order: the room that forget makes may be used for an OPEN, which
	// must be behind the CLOSE.
	s.out.shut(st)
	s.forget(st)
}

// forget takes a stream that is over out of the table.
func (s *session) forget(st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.table.remove(st) {
		wake(s.free)
	}
}
