package tlslink_test

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/tlslink"
)

// The directory of the hashes goes with a start that fails for want of descriptors: none is
// left to read the directory with.
func TestDirectoryGoesWithoutDescriptors(t *testing.T) {
	leak.Check(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	failing := launch.Func(func(context.Context, launch.Request) (launch.Process, error) {
		none := limit
		none.Cur = 3
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
			t.Error(err)
		}
		return nil, syscall.EMFILE
	})
	_, err := tlslink.Over(failing).Launch(t.Context(), launch.Request{})
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	if err != syscall.EMFILE {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob(dir + "/*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
