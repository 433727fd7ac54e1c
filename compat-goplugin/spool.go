package goplugin

import (
	"context"
	"io"
	"sync"
)

const (
	// spoolLimit is how much output, in bytes, is kept for a host that has not asked
	// for it yet. Then the oldest is dropped: a plugin that prints is never stopped by
	// a host that does not know of this service.
	spoolLimit = 1 << 20

	// spoolPiece is the size of the pieces in which output is read and sent.
	spoolPiece = 16 << 10
)

// A spool reads an output of the plugin's own code and keeps it until a host takes it.
// While one takes it, nothing is dropped, and the plugin waits where the host is slow.
type spool struct {
	mu      sync.Mutex
	changed *sync.Cond
	data    []byte
	takers  int
	ended   bool
}

// newSpool returns a spool of r, which it reads to its end. Nil has ended at once.
func newSpool(r io.Reader) *spool {
	s := new(spool)
	s.changed = sync.NewCond(&s.mu)
	if r == nil {
		s.ended = true
		return s
	}
	go s.fill(r) // it ends when r does: the pipe's other end is the plugin's own
	return s
}

func (s *spool) fill(r io.Reader) {
	buf := make([]byte, spoolPiece)
	for {
		n, err := r.Read(buf)
		s.mu.Lock()
		for s.takers > 0 && len(s.data) > 0 && len(s.data)+n > spoolLimit {
			s.changed.Wait()
		}
		if excess := len(s.data) + n - spoolLimit; excess > 0 {
			s.data = s.data[:copy(s.data, s.data[excess:])]
		}
		s.data = append(s.data, buf[:n]...)
		s.ended = err != nil
		s.changed.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// each calls send for every piece, until send returns an error, or there is no more and
// the output has ended or ctx is done. A piece that could not be sent is lost; the rest is kept.
func (s *spool) each(ctx context.Context, send func([]byte) error) error {
	wake := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})
	defer wake()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takers++
	defer func() {
		s.takers--
		s.changed.Broadcast()
	}()
	piece := make([]byte, spoolPiece)
	for {
		for len(s.data) == 0 && !s.ended && ctx.Err() == nil {
			s.changed.Wait()
		}
		if len(s.data) == 0 { // what is there is sent also when ctx is done
			return ctx.Err()
		}
		n := copy(piece, s.data)
		s.data = s.data[:copy(s.data, s.data[n:])]
		s.changed.Broadcast()
		if err := s.unlocked(func() error { return send(piece[:n]) }); err != nil {
			return err
		}
	}
}

// unlocked calls f without the lock, which the caller holds before and after.
func (s *spool) unlocked(f func() error) error {
	s.mu.Unlock()
	defer s.mu.Lock()
	return f()
}
