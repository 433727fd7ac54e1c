package pair

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// leaks fails a test after which goroutines of our library, or of what it stands on,
// are left in the host. Call it first: cleanups run in the opposite order.
func leaks(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		var left string
		for end := time.Now().Add(guard / 4); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if left = ourGoroutines(); left == "" {
				return
			}
		}
		t.Errorf("goroutines are left:\n%s", left)
	})
}

func ourGoroutines() string {
	buf := make([]byte, 4<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var left []string
	for _, g := range strings.Split(string(buf), "\n\n") {
		if strings.Contains(g, "tenon/compat-goplugin.") || strings.Contains(g, "tenon/compat-goplugin/internal") || strings.Contains(g, "tenon/core/launch") {
			left = append(left, g)
		}
	}
	return strings.Join(left, "\n\n")
}
