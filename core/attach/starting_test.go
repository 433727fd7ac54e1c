//go:build unix

package attach

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
)

// slowly takes a name, and listens under it a moment later; until then a socket is there
// on which nobody listens.
func slowly(t *testing.T, dir string, after time.Duration) (done func()) {
	t.Helper()
	if err := makeDir(dir); err != nil {
		t.Fatal(err)
	}
	held, err := takeLock(dir, "plugin")
	if err != nil || held == nil {
		t.Fatal(held, err)
	}
	path := filepath.Join(dir, "plugin.sock")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	s := &Socket{path: path}
	started := make(chan error, 1)
	go func() {
		time.Sleep(after)
		err := s.listen()
		if err == nil {
			s.close = s.gate.Close
			var conn net.Conn
			if conn, err = s.Accept(context.Background()); err == nil {
				conn.Close()
			}
		}
		started <- err
	}()
	return func() {
		if err := <-started; err != nil {
			t.Error(err)
		}
		s.Close()
		held.release()
	}
}

// A plugin that has its name and does not listen yet is waited for.
func TestPluginThatIsStarting(t *testing.T) {
	dir := runDir(t)
	done := slowly(t, dir, 50*time.Millisecond)
	p, err := To("plugin", dir).Launch(t.Context(), launch.Request{})
	if err != nil {
		t.Fatal(err)
	}
	p.Kill()
	done()
}

// And not for long, nor beyond the context; nor is one that nobody has the name of.
func TestPluginThatDoesNotStart(t *testing.T) {
	dir := runDir(t)
	if err := makeDir(dir); err != nil {
		t.Fatal(err)
	}
	held, err := takeLock(dir, "plugin")
	if err != nil || held == nil {
		t.Fatal(held, err)
	}
	began := time.Now()
	if _, err := To("plugin", dir).Launch(t.Context(), launch.Request{}); !errors.Is(err, launch.ErrNotRunning) || time.Since(began) < startGrace/2 {
		t.Errorf("got %v after %v", err, time.Since(began))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := To("plugin", dir).Launch(ctx, launch.Request{}); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, launch.ErrNotRunning) {
		t.Errorf("got %v", err)
	}
	held.release()
	began = time.Now()
	if _, err := To("plugin", dir).Launch(t.Context(), launch.Request{}); !errors.Is(err, launch.ErrNotRunning) || time.Since(began) > startGrace/2 {
		t.Errorf("got %v after %v", err, time.Since(began))
	}
}
