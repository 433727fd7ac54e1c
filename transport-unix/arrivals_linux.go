package unixtransport

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

// readBuffer is how much is read from the link at a time: many frames.
const readBuffer = 512

// readLink takes frames until the link ends, and returns why it did.
func (s *session) readLink() error {
	p := &parser{take: s.take, discard: func(fd int) { syscall.Close(fd) }}
	defer p.end()
	buf := make([]byte, readBuffer)
	// Room for one descriptor, and for a second one by which to notice too many.
	beside := make([]byte, syscall.CmsgSpace(2*4))
	for {
		n, besideN, flags, _, err := s.link.ReadMsgUnix(buf, beside)
		if n > 0 || besideN > 0 {
			descriptors, perr := passed(beside[:besideN])
			if ferr := p.feed(buf[:n], descriptors, flags&syscall.MSG_CTRUNC != 0); ferr != nil {
				return ferr
			}
			if perr != nil {
				return perr
			}
		}
		if err == nil && n == 0 {
			err = io.EOF
		}
		if err != nil {
			return linkEnd(err, p.midFrame())
		}
	}
}

// passed returns the descriptors among what came beside bytes. All are the
// caller's, also when there is an error.
func passed(beside []byte) (descriptors []int, err error) {
	if len(beside) == 0 {
		return nil, nil
	}
	messages, err := syscall.ParseSocketControlMessage(beside)
	if err != nil {
		return nil, fmt.Errorf("unix/1: read what came beside a frame: %w", err)
	}
	for _, m := range messages {
		fds, rerr := syscall.ParseUnixRights(&m)
		if rerr != nil {
			err = violation("something beside a frame that is not a descriptor")
			continue
		}
		descriptors = append(descriptors, fds...)
	}
	return descriptors, err
}

// linkEnd says why reading the link ended, midFrame whether bytes of a frame were
// still missing. A peer that leaves with frames unread looks like a reset to the
// kernel, and is gone all the same.
func linkEnd(err error, midFrame bool) error {
	var errno syscall.Errno
	left := errors.Is(err, io.EOF) || errors.As(err, &errno) && gone(errno)
	switch {
	case left && midFrame:
		return fmt.Errorf("unix/1: the link ended within a frame: %w", io.ErrUnexpectedEOF)
	case left:
		return fmt.Errorf("unix/1: the link ended without a goodbye: %w", io.EOF)
	case errors.Is(err, net.ErrClosed):
		return fmt.Errorf("unix/1: the link was closed under the session: %w", err)
	}
	return fmt.Errorf("unix/1: read from the link: %w", err)
}

// take handles one frame of the peer. It owns descriptor.
func (s *session) take(f frame, descriptor int) error {
	switch f.kind() {
	case kindOpen:
		return s.opened(f.number(), descriptor)
	case kindClosed:
		return s.answered(f, nil)
	case kindRefused:
		return s.answered(f, endedRefused)
	case kindNoRoom:
		return s.answered(f, endedNoRoom)
	}
	return errGoodbye
}

// opened takes a stream of the peer's, or refuses it.
func (s *session) opened(number uint64, descriptor int) error {
	if number <= s.last {
		if descriptor != noDescriptor {
			syscall.Close(descriptor)
		}
		return violation("OPEN with the number %d after the number %d", number, s.last)
	}
	s.last = number
	if descriptor == noDescriptor {
		s.logger.Debug("unix/1: refused a stream: no descriptor is free", "side", s.side, "stream", number)
		return s.out.put(newFrame(kindNoRoom, number), noDescriptor)
	}
	if err := checkPassed(descriptor); err != nil {
		syscall.Close(descriptor)
		return err
	}
	s.mu.Lock()
	full := s.table.theirs >= s.max
	s.mu.Unlock()
	if full {
		s.logger.Debug("unix/1: refused a stream: the peer has as many as it may", "side", s.side, "stream", number)
		// The answer goes first, so that the peer knows why the stream ends.
		err := s.out.put(newFrame(kindRefused, number), noDescriptor)
		syscall.Close(descriptor)
		return err
	}
	setBuffer(descriptor, s.buffer)
	_ = syscall.SetNonblock(descriptor, true) // else newStream says that it cannot be waited for
	st, err := newStream(s, descriptor, false)
	if err != nil {
		s.logger.Debug("unix/1: refused a stream", "side", s.side, "stream", number, "error", err)
		return s.out.put(newFrame(kindNoRoom, number), noDescriptor)
	}
	st.number = number
	st.announced.Store(true)
	s.mu.Lock()
	s.table.open[st] = struct{}{}
	s.table.theirs++
	over := s.closing || s.ended
	if !over {
		s.backlog = append(s.backlog, st)
	}
	s.mu.Unlock()
	if over {
		st.finish(endedSession)
		return nil
	}
	wake(s.acceptable)
	return nil
}

// answered takes what the peer says of a stream of this side: that it is done
// with it, for the reason e if there is one.
func (s *session) answered(f frame, e *ending) error {
	s.mu.Lock()
	st := s.table.mine[f.number()]
	s.mu.Unlock()
	if st == nil {
		return violation("%v for stream %d, which is not open", f.kind(), f.number())
	}
	if e != nil {
		st.finish(e)
	}
	st.decided()
	s.forget(f.number())
	return nil
}

// forget gives back the room of a stream of this side with which the peer is
// done. The user may still have it open, to read what is left.
func (s *session) forget(number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.table.mine[number] != nil {
		delete(s.table.mine, number)
		s.table.counted--
		wake(s.free)
	}
}
