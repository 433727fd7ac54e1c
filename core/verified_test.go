package tenon_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/verify"
)

// A verified plugin is restarted from what was verified, is called by its own name in
// errors, and leaves no copy; once its file is another one, it is not started any more.
func TestVerifiedPlugin(t *testing.T) {
	leak.Check(t)
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	content, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "my-plugin")
	if err := os.WriteFile(path, content, 0o755); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.Launcher = launch.Command(path, launch.Setenv(programEnv+"=plugin"), verify.SHA256(sha256.Sum256(content)))
		cfg.Restart = always
		cfg.Restart.Max = 1
	})
	var my struct {
		PID  func(context.Context) (int, error)
		Exit func(context.Context, int) error
	}
	if err := dynamic.Bind(t.Context(), c, "greeter", &my); err != nil {
		t.Fatal(err)
	}
	first, err := my.PID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var crash *tenon.CrashError
	if err := my.Exit(t.Context(), 7); !errors.As(err, &crash) || crash.Plugin != path || crash.ExitCode != 7 {
		t.Errorf("got %v", err)
	}
	if second, err := my.PID(t.Context()); err != nil || second == first {
		t.Errorf("process %d after %d, %v", second, first, err)
	}
	c.Close()
	if left, _ := filepath.Glob(tmp + "/*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}

	if err := os.WriteFile(path+".new", append(content, '!'), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	c = newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.Launcher = launch.Command(path, launch.Setenv(programEnv+"=plugin"), verify.SHA256(sha256.Sum256(content)))
	})
	var start *tenon.StartError
	if err := c.Start(t.Context()); !errors.As(err, &start) || start.Plugin != path || !errors.As(err, new(*verify.SumError)) ||
		!strings.Contains(err.Error(), "did not pass its verification") {
		t.Errorf("got %v", err)
	}
}
