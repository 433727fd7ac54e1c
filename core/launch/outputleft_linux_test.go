package launch_test

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

// The directory of a plugin's outputs goes with a start that fails, whatever it fails at.
func TestOutputDirOfAFailedStart(t *testing.T) {
	leaks(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	plugin := self(t, "exit3")
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	none := limit
	none.Cur = 3
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	_, err := plugin.Launch(t.Context(), launch.Request{Outlive: true})
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	if start := (*launch.StartError)(nil); !errors.As(err, &start) || start.Reason != launch.ReasonFiles {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob(dir + "/*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
