//go:build unix && !aix && !solaris

package attach

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/internal/leak"
)

// muteLock holds the lock of a name without saying who does, as who cannot write does.
func muteLock(t *testing.T, dir, name string) {
	t.Helper()
	held, err := takeLock(dir, name)
	if err == nil {
		t.Cleanup(func() { held.release() })
		err = held.file.Truncate(0)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A name whose lock is held by somebody unknown is told, and waited for no longer than
// one takes to say who it is.
func TestListenBesideAMuteLock(t *testing.T) {
	leak.Check(t)
	dir := runDir(t)
	if err := makeDir(dir); err != nil {
		t.Fatal(err)
	}
	muteLock(t, dir, "plugin")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // so that the test ends when it fails
	defer cancel()
	for _, replace := range []bool{false, true} {
		s, err := Listen(ctx, dir, "plugin", replace)
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "does not say by whom") || !strings.Contains(err.Error(), lockPath(dir, "plugin")) {
			t.Errorf("replace %v: %v", replace, err)
		}
	}
}

// One name of which nothing can be said does not hide the others.
func TestListBesideAMuteLock(t *testing.T) {
	leak.Check(t)
	dir := runDir(t)
	s, err := Listen(t.Context(), dir, "plugin", false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	muteLock(t, dir, "mute")
	if err := os.WriteFile(filepath.Join(dir, "mute.sock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := List(dir)
	if len(all) != 1 || all[0].Name != "plugin" || all[0].PID != os.Getpid() {
		t.Errorf("got %+v", all)
	}
	if err == nil || !strings.Contains(err.Error(), "the lock of mute is held") {
		t.Error(err)
	}
}
