package directtransport

import (
	"errors"
	"fmt"
	"io"
)

// readLink reads frames until the link or the session ends, and says why. It
// never writes to the link and never waits for anything but bytes.
func (s *session) readLink() error {
	for {
		h, err := s.in.header()
		if err == nil {
			err = s.handle(h)
		}
		if err != nil {
			return s.explain(err)
		}
	}
}

// explain prefers the reason for which writing failed to what reading says
// after it, unless the peer had a reason of its own.
func (s *session) explain(err error) error {
	var broken *ProtocolError
	cause := s.writeErr.Load()
	if cause == nil || errors.Is(err, io.EOF) || errors.As(err, &broken) {
		return err
	}
	if errors.Is(*cause, errPeerStuck) {
		return *cause
	}
	return fmt.Errorf("direct/1: write to the link: %w", *cause)
}

// handle does what a frame asks for.
func (s *session) handle(h header) error {
	switch h.typ {
	case typeOpen:
		return s.handleOpen(h)
	case typeGoodbye:
		return errGoodbye
	}
	st := s.lookup(h.stream)
	if st == nil {
		return violation("%v for stream %d, which is not open", h.typ, h.stream)
	}
	switch h.typ {
	case typeData:
		if err := st.expect(h.length); err != nil {
			return err
		}
		return s.in.body(st, h.length)
	case typeCredit:
		n, err := s.in.uint32()
		if err != nil {
			return err
		}
		return st.addCredit(n)
	case typeRefuse:
		if !st.mine {
			return violation("REFUSE of stream %d, which the peer itself opened", h.stream)
		}
		return s.handleClose(st, true)
	default:
		return s.handleClose(st, false)
	}
}

// lookup returns the stream of that number, if the peer may know of it.
func (s *session) lookup(id uint32) *stream {
	s.mu.Lock()
	st := s.table.streams[id]
	s.mu.Unlock()
	if st == nil || st.mine && !st.announced.Load() {
		return nil
	}
	return st
}

func (s *session) handleOpen(h header) error {
	if h.stream%2 != firstID(s.side.Peer())%2 {
		return violation("OPEN of stream %d, a number that belongs to the %v", h.stream, s.side)
	}
	st := newStream(s, h.stream, false)
	if err := s.admit(st); err != nil {
		return err
	}
	if st.surplus {
		s.out.refuse(st.id)
	}
	if err := st.expect(h.length); err != nil {
		return err
	}
	if !st.surplus {
		defer s.offer(st)
	}
	return s.in.body(st, h.length)
}

// admit takes a stream of the peer's into the table, refused if it is one too
// many.
func (s *session) admit(st *stream) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return errSessionClosed
	}
	if s.table.streams[st.id] != nil {
		return violation("OPEN of stream %d, which is open", st.id)
	}
	if s.table.theirs >= s.max {
		if s.table.refused >= s.max {
			return violation("OPEN of stream %d, where %d are open and %d were refused", st.id, s.table.theirs, s.table.refused)
		}
		st.surplus, st.closed, st.shut = true, true, true
	}
	s.table.addTheirs(st)
	return nil
}

// offer puts a stream into the backlog, from where Accept takes it.
func (s *session) offer(st *stream) {
	s.mu.Lock()
	s.backlog = append(s.backlog, st)
	s.mu.Unlock()
	wake(s.acceptable)
}

// handleClose notes that the peer is done with a stream.
func (s *session) handleClose(st *stream, refused bool) error {
	over, err := st.peerClosed(refused)
	if over {
		s.finish(st)
	}
	return err
}
