package rpc

import (
	"runtime"
	"testing"
	"time"
)

func newShelved(size int) *buffer { return &buffer{b: make([]byte, 0, size)} }

func (s *shelf) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.kept)
}

func TestShelfKeepsFew(t *testing.T) {
	for _, tt := range []struct{ size, want int }{
		{frameBuffer, shelved},
		{1 << 20, shelved},
		{4 << 20, 2},
		{shelfRoom + 1, 0},
	} {
		s := new(shelf)
		for range shelved + 2 {
			s.put(newShelved(tt.size))
		}
		if got := s.count(); got != tt.want {
			t.Errorf("%d buffers of %d bytes are kept, want %d", got, tt.size, tt.want)
		}
	}
}

// TestShelfDropsTheUnused keeps what one collection after the other finds in use.
func TestShelfDropsTheUnused(t *testing.T) {
	s := &shelf{watched: true} // so that the collections are this test's alone
	for range 3 {
		s.put(newShelved(frameBuffer))
	}
	s.collected()
	if got := s.count(); got != 3 {
		t.Fatalf("%d are kept after the first collection, want all 3", got)
	}
	for range 4 {
		s.watched = true
		m := s.take()
		s.put(m)
		s.collected()
		if got := s.count(); got != 1 {
			t.Fatalf("%d are kept where one at a time is in use, want 1", got)
		}
	}
	s.watched = true
	s.collected()
	if got := s.count(); got != 0 {
		t.Errorf("%d are kept that nobody used from one collection to the next", got)
	}
}

func TestShelfNoticesCollections(t *testing.T) {
	s := new(shelf)
	s.put(newShelved(frameBuffer))
	for deadline := time.Now().Add(30 * time.Second); s.count() > 0; time.Sleep(time.Millisecond) {
		runtime.GC()
		if time.Now().After(deadline) {
			t.Fatal("a buffer that nobody uses is kept for ever")
		}
	}
	s.put(newShelved(frameBuffer)) // and once more, after there was nothing to watch over
	for deadline := time.Now().Add(30 * time.Second); s.count() > 0; time.Sleep(time.Millisecond) {
		runtime.GC()
		if time.Now().After(deadline) {
			t.Fatal("a buffer that nobody uses is kept for ever the second time")
		}
	}
}
