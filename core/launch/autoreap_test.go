//go:build unix && !aix && !solaris

package launch_test

import (
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// TestSurvivorsWithoutTheirLeader has hosts in which the system, or somebody else, reaps the
// plugin before the launcher does: what it started must go all the same.
func TestSurvivorsWithoutTheirLeader(t *testing.T) {
	t.Run("SIGCHLD ignored", func(t *testing.T) {
		ignoreChildren(t)
		leaks(t)
		p, conn, let := visit(t, "parent-exits")
		let()
		exit := wait(t, p)
		if !exit.Exited || exit.Code != -1 || exit.Err == nil || !strings.Contains(exit.Err.Error(), "SIGCHLD") {
			t.Errorf("the end is said to be %+v, where only the host's own doing keeps it from being seen", exit)
		}
		gone(t, conn)
	})
	t.Run("a host that waits for any child", func(t *testing.T) {
		leaks(t)
		p, conn, let := visit(t, "parent-exits")
		let()
		syscall.Wait4(p.Info().PID, nil, 0, nil) // may lose the race, which is fine as well
		wait(t, p)
		gone(t, conn)
	})
}

// ignoreChildren lets the system reap the children of this process until the test has ended.
func ignoreChildren(t *testing.T) {
	heed := func() { // signal.Reset would leave it ignored
		caught := make(chan os.Signal, 1)
		signal.Notify(caught, syscall.SIGCHLD)
		signal.Stop(caught)
	}
	heed() // the goroutine that this leaves is none of a test's
	signal.Ignore(syscall.SIGCHLD)
	t.Cleanup(heed)
}
