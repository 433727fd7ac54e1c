//go:build unix

package tenon_test

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

func init() {
	listening := func(end func()) func() {
		return func() {
			if _, err := launch.NewListener(""); err != nil {
				panic(err)
			}
			end()
		}
	}
	programs["listens and dies"] = listening(func() { syscall.Kill(os.Getpid(), syscall.SIGKILL) })
	programs["listens and hangs"] = listening(func() { syscall.Kill(os.Getpid(), syscall.SIGSTOP) })
}

// TestNothingIsLeftOfAListener: a plugin that dies before its host is there cannot remove where
// it listens.
func TestNothingIsLeftOfAListener(t *testing.T) {
	for _, role := range []string{"listens and dies", "listens and hangs", "plugin"} {
		t.Run(role, func(t *testing.T) {
			leak.Check(t)
			dir := t.TempDir()
			t.Setenv("TMPDIR", dir)
			c := newClient(t, role, func(cfg *tenon.ClientConfig) {
				started := cfg.Launcher
				cfg.Launcher = launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
					req.Link = false
					return started.Launch(ctx, req)
				})
				if role != "plugin" {
					cfg.StartTimeout = 300 * time.Millisecond
				}
			})
			err := c.Start(t.Context())
			if (err == nil) != (role == "plugin") {
				t.Fatal(err)
			}
			if err == nil {
				empty(t, dir) // as soon as the link is there
			}
			c.Kill()
			empty(t, dir)
		})
	}
}

func empty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("in the directory for temporary files: %v, %v", left, err)
	}
}
