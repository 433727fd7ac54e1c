package launchtest

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// held is what a process holds at a moment.
type held struct {
	goroutines int
	files      []string // what each descriptor is, where the system lists them
}

func countHeld() held {
	return held{goroutines: runtime.NumGoroutine(), files: openFiles()}
}

// openFiles lists the open descriptors, as /proc shows them, without the one that is
// used to list them.
func openFiles() []string {
	const dir = "/proc/self/fd"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var files []string
	for _, e := range entries {
		if target, err := os.Readlink(dir + "/" + e.Name()); err == nil {
			files = append(files, e.Name()+" -> "+target)
		}
	}
	return files
}

// awaitRelease waits until no more is held than at the time of h.
func (h held) awaitRelease(guard time.Duration) error {
	var now held
	if poll(guard, func() bool {
		now = countHeld()
		return now.goroutines <= h.goroutines && len(now.files) <= len(h.files)
	}) {
		return nil
	}
	if len(now.files) > len(h.files) {
		extra := slices.DeleteFunc(now.files, func(f string) bool { return slices.Contains(h.files, f) })
		return fmt.Errorf("left open after the end: %s", strings.Join(extra, ", "))
	}
	return fmt.Errorf("%d goroutines before the start, %d after the end:\n%s", h.goroutines, now.goroutines, stacks())
}

// warmUp makes the runtime open what it keeps open, so that it is not taken for a leak.
func warmUp() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("prepare the test: %w", err)
	}
	return l.Close()
}
