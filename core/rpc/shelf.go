package rpc

import (
	"runtime"
	"sync"
)

// A shelf keeps a few large buffers where every goroutine finds them. A sync.Pool does not
// find what was freed on another processor last, and a buffer that is made anew costs more
// than the copies in it: each of its pages is a fault of the system, and large ones bring
// the next garbage collection near. What stood unused from one collection to the next is
// left to the collector.
type shelf struct {
	mu      sync.Mutex
	kept    []*buffer
	unused  int  // how many of them were not needed since the last collection
	watched bool // the next collection is noticed
}

// shelved and shelfRoom are how many buffers, and how many bytes, a shelf keeps.
const (
	shelved   = 3
	shelfRoom = 9 << 20
)

// take returns a buffer, or nil.
func (s *shelf) take() *buffer {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.kept)
	if n == 0 {
		return nil
	}
	m := s.kept[n-1]
	s.kept[n-1] = nil
	s.kept = s.kept[:n-1]
	s.unused = min(s.unused, n-1)
	return m
}

// put reports whether there was room for m.
func (s *shelf) put(m *buffer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.kept) + 1; n > shelved || n*cap(m.b) > shelfRoom {
		return false
	}
	s.kept = append(s.kept, m)
	s.watch()
	return true
}

// watch has the next collection noticed. Called with s.mu held.
func (s *shelf) watch() {
	if !s.watched && len(s.kept) > 0 {
		s.watched = true
		runtime.AddCleanup(new(mark), (*shelf).collected, s)
	}
}

// A mark is reachable from nowhere, so that the next collection finds it. It holds a
// pointer, since tiny objects without one share their memory, and their end.
type mark struct{ _ *mark }

// collected is called after a garbage collection.
func (s *shelf) collected() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append([]*buffer(nil), s.kept[s.unused:]...)
	s.unused = len(s.kept)
	s.watched = false
	s.watch()
}
