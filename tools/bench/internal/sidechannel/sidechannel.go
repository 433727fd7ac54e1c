// Package sidechannel lets the benchmark ask a program under test about itself,
// beside the connection that is measured: a unix socket of its own, on which
// nothing happens while calls are timed.
package sidechannel

// The environment by which a program finds the host's socket, and says which
// program it is.
const (
	socketEnv = "TENON_BENCH_SIDE"
	tokenEnv  = "TENON_BENCH_TOKEN"
)

// A request asks for one thing.
type request struct {
	Do   string // "memory", "profile", "stop"
	File string // where the profile goes
}

// A reply answers a request.
type reply struct {
	Memory Memory
	Error  string
}

// Memory is what a process allocated since it started, and how many goroutines it
// has.
type Memory struct {
	Mallocs    uint64
	Bytes      uint64
	Goroutines int
}

// Since returns what was allocated after earlier.
func (m Memory) Since(earlier Memory) Memory {
	return Memory{m.Mallocs - earlier.Mallocs, m.Bytes - earlier.Bytes, m.Goroutines}
}
