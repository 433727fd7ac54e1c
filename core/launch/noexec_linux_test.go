package launch

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestMountedNoExec compares with what the kernel says about each mount that can be
// reached.
func TestMountedNoExec(t *testing.T) {
	list, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	last := make(map[string]bool) // a later mount hides an earlier one
	for line := range strings.Lines(string(list)) {
		if f := strings.Fields(line); len(f) > 5 {
			last[f[4]] = slices.Contains(strings.Split(f[5], ","), "noexec")
		}
	}
	for point, want := range last {
		if _, err := os.Stat(point); err == nil && mountedNoExec(point) != want {
			t.Errorf("%s: got %v, want %v", point, !want, want)
		}
	}
	if mountedNoExec("/no/such/file") {
		t.Error("a file that does not exist is on a mount")
	}
}
