package goplugin

import "time"

// outputWait bounds how long the end of a connection waits for a writer of the host's
// to take the rest of the plugin's output: it may never do so.
const outputWait = time.Second

// waitFor waits until done is closed, for at most d, and reports whether it is.
func waitFor(done <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}
