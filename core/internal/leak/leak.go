// Package leak finds goroutines and file descriptors that a test leaves behind.
package leak

import (
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Check notes what there is now, and fails t at its end if there is more: running
// goroutines of this repository, and open descriptors where the system lists
// them. What is on its way out has some seconds.
func Check(t testing.TB) {
	t.Helper()
	startPoller()
	before, fds := goroutines(), descriptors()
	t.Cleanup(func() {
		t.Helper()
		if t.Failed() {
			return
		}
		var more []string
		var now int
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			more, now = extra(before), descriptors()
			if len(more) == 0 && now <= fds {
				return
			}
			if time.Now().After(deadline) {
				break
			}
		}
		for _, stack := range more {
			t.Errorf("a goroutine was left behind:\n%s", stack)
		}
		if now > fds {
			t.Errorf("%d file descriptors were left behind", now-fds)
		}
	})
}

// startPoller makes the runtime open the descriptors that it waits with, which it
// keeps and which are nobody's leak.
var startPoller = sync.OnceFunc(func() {
	if r, w, err := os.Pipe(); err == nil {
		r.Close()
		w.Close()
	}
})

// extra returns the stacks of goroutines that were not there before.
func extra(before map[string]bool) []string {
	var more []string
	for id, stack := range stacks() {
		if !before[id] && relevant(stack) {
			more = append(more, stack)
		}
	}
	return more
}

// relevant reports whether a goroutine runs, or was started by, code of this
// repository, and is not the test itself.
func relevant(stack string) bool {
	return strings.Contains(stack, "tenon-dev/tenon/") &&
		!strings.Contains(stack, "testing.(*T).Run(") &&
		!strings.Contains(stack, "leak.stacks(")
}

func goroutines() map[string]bool {
	ids := map[string]bool{}
	for id := range stacks() {
		ids[id] = true
	}
	return ids
}

// stacks returns the stack of every goroutine by the name that the runtime gives
// it, such as "goroutine 7".
func stacks() map[string]string {
	buf := make([]byte, 1<<20)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	all := map[string]string{}
	for _, stack := range strings.Split(string(buf), "\n\n") {
		id, _, _ := strings.Cut(stack, " [")
		all[id] = stack
	}
	return all
}

// descriptors returns how many are open, 0 where that cannot be known.
func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}
