package tenon

import (
	"io"
	"sync"
)

// A serialWriter is a writer of the host that is called by one goroutine at a time. Two
// processes print during a swap, and each has two outputs.
type serialWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

// Write implements [io.Writer].
func (s serialWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// serialWriters returns the writers for both outputs as ones that are called by one
// goroutine at a time; nil for nil. One that is both is called by one in all.
func serialWriters(stdout, stderr io.Writer) (io.Writer, io.Writer) {
	one, other := new(sync.Mutex), new(sync.Mutex)
	if sameWriter(stdout, stderr) {
		other = one
	}
	if stdout != nil {
		stdout = serialWriter{one, stdout}
	}
	if stderr != nil {
		stderr = serialWriter{other, stderr}
	}
	return stdout, stderr
}

// sameWriter compares writers of any type: some types cannot be compared.
func sameWriter(a, b io.Writer) bool {
	defer func() { recover() }()
	return a == b
}
