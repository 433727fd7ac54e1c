package directtransport

import "time"

func (s *stream) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errStreamClosed
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	s.deadline = t
	if t.IsZero() {
		return nil
	}
	s.armTimer()
	return nil
}

// armTimer wakes a waiting Read at the deadline, which may be now.
func (s *stream) armTimer() {
	left := time.Until(s.deadline)
	switch {
	case left <= 0:
		wake(s.readable)
	case s.timer == nil:
		s.timer = time.AfterFunc(left, s.onTimer)
	default:
		s.timer.Reset(left)
	}
}

// onTimer runs at a deadline, perhaps one that has been replaced meanwhile. The
// clock may also have been set back, so it looks again.
func (s *stream) onTimer() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && !s.deadline.IsZero() {
		s.armTimer()
	}
}

// expired reports whether the deadline has passed.
func (s *stream) expired() bool {
	return !s.deadline.IsZero() && time.Until(s.deadline) <= 0
}
