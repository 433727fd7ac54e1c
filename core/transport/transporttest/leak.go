package transporttest

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// pollInterval is how often the suite looks again while it waits for something
// that nobody announces, such as the end of a goroutine.
const pollInterval = 2 * time.Millisecond

// A snapshot says which goroutines and sockets there were.
type snapshot struct {
	goroutines map[string]string // stack by id
	sockets    map[string]bool
}

func takeSnapshot() snapshot {
	return snapshot{goroutines: goroutines(), sockets: sockets()}
}

// waitUntilBack returns nil once all goroutines and sockets that were not there
// at the time of s are gone. Goroutines that have done their work may need a
// moment to disappear, hence the waiting.
func (s snapshot) waitUntilBack(timeout time.Duration) error {
	deadline := time.Now().Add(timeout)
	for {
		err := s.newer()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		pause(pollInterval)
	}
}

// newer says what there is now that was not there at the time of s.
func (s snapshot) newer() error {
	for id, stack := range goroutines() {
		if _, ok := s.goroutines[id]; !ok {
			return fmt.Errorf("a goroutine was left behind:\n%s", stack)
		}
	}
	now := sockets()
	maps.DeleteFunc(now, func(name string, _ bool) bool { return s.sockets[name] })
	if len(now) > 0 {
		return fmt.Errorf("%d sockets were left open: %s", len(now), strings.Join(slices.Sorted(maps.Keys(now)), ", "))
	}
	return nil
}

// goroutines returns the stacks of all goroutines but this one, by id.
func goroutines() map[string]string {
	buf := make([]byte, 1<<20)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	all := make(map[string]string)
	for i, stack := range strings.Split(string(buf), "\n\n") {
		if i == 0 {
			continue // the caller
		}
		id, _, ok := strings.Cut(strings.TrimPrefix(stack, "goroutine "), " ")
		if ok {
			all[id] = stack
		}
	}
	return all
}

// sockets returns the names of the sockets of this process where the system
// lists them under /proc, and nothing elsewhere.
func sockets() map[string]bool {
	found := make(map[string]bool)
	const dir = "/proc/self/fd"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return found
	}
	for _, e := range entries {
		name, err := os.Readlink(dir + "/" + e.Name())
		if err == nil && strings.HasPrefix(name, "socket:") {
			found[name] = true
		}
	}
	return found
}

// pause waits for d.
func pause(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	<-t.C
}
