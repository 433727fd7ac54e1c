package directtransport

// The methods of this file are called by the goroutine that reads the link.

// expect takes n bytes that the peer is about to send off its window.
func (s *stream) expect(n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peerDone {
		return violation("bytes for stream %d after its CLOSE", s.id)
	}
	if n > s.room {
		return violation("%d bytes for stream %d, whose window has room for %d", n, s.id, s.room)
	}
	s.room -= n
	return nil
}

// deliver adds p to the unread bytes. more bytes of the same frame will follow.
func (s *stream) deliver(p []byte, more int) {
	s.mu.Lock()
	keep := s.keeps()
	if keep {
		s.recv.append(p, more)
	}
	s.mu.Unlock()
	if keep {
		wake(s.readable)
	}
}

// keeps reports whether bytes that arrive will ever be read.
func (s *stream) keeps() bool { return !s.closed && s.ended != errSessionClosed }

// reserve returns where to put the next of n bytes straight from the link, nil
// if they are too few for that or nobody will read them. commit has to follow.
func (s *stream) reserve(n int) *chunk {
	if n < directRead {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.keeps() {
		return nil
	}
	return s.recv.reserve(n)
}

// commit adds n bytes that were read into c.
func (s *stream) commit(c *chunk, n int) {
	s.mu.Lock()
	if s.keeps() { // otherwise c was thrown away meanwhile
		s.recv.commit(c, n)
	}
	s.mu.Unlock()
	wake(s.readable)
}

// addCredit lets this side send n more bytes.
func (s *stream) addCredit(n uint32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peerDone {
		return violation("CREDIT for stream %d after its CLOSE", s.id)
	}
	if n == 0 {
		return violation("CREDIT of 0 for stream %d: it has to be 1 at least", s.id)
	}
	if uint64(n) > uint64(maxWindow-s.credit) {
		return violation("CREDIT of %d for stream %d, whose window of %d would be %d more than is allowed", n, s.id, s.credit, uint64(s.credit)+uint64(n)-maxWindow)
	}
	s.credit += int(n)
	wake(s.writable)
	return nil
}

// peerClosed notes the peer's CLOSE, or REFUSE. over says that nothing is left
// to be read here, so that the stream is over.
func (s *stream) peerClosed(refused bool) (over bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peerDone {
		return false, violation("a second CLOSE of stream %d", s.id)
	}
	s.peerDone = true
	s.refused = refused
	wake(s.readable)
	wake(s.writable)
	return s.closed || s.recv.size == 0, nil
}
