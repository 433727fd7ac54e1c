package tenon_test

import (
	"context"
	"errors"
	"os"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
)

func init() {
	programs["opener"] = func() {
		tenon.Main(tenon.ServeConfig{Cookie: cookie, Services: tenon.Services{"opener": dynamic.Service(opener{})}})
	}
}

// opener hands out references.
type opener struct{}

type session interface{ PID() (int, error) }

type openSession struct{}

func (openSession) PID() (int, error) { return os.Getpid(), nil }

func (opener) Open() session { return openSession{} }

func (opener) Exit(code int) { os.Exit(code) }

type sessionRef struct {
	dynamic.Ref
	PID func(context.Context) (int, error)
}

// A reference belongs to its process: it fails when that is gone, however many
// follow, and never reaches another one.
func TestReferencesEndWithTheirProcess(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "opener", func(cfg *tenon.ClientConfig) { cfg.Restart = always })
	var o struct {
		Open func(context.Context) (*sessionRef, error)
		Exit func(context.Context, int) error
	}
	if err := dynamic.Bind(t.Context(), c, "opener", &o); err != nil {
		t.Fatal(err)
	}
	old, err := o.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if pid, err := old.PID(t.Context()); err != nil || pid != c.Info().PID {
		t.Errorf("%d, %v", pid, err)
	}
	o.Exit(t.Context(), 9)
	young, err := o.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if pid, err := young.PID(t.Context()); err != nil || pid != c.Info().PID {
		t.Errorf("the new process's: %d, %v", pid, err)
	}
	_, err = old.PID(t.Context())
	if crash := as[*tenon.CrashError](t, err); crash.ExitCode != 9 || !errors.Is(err, tenon.Unavailable) {
		t.Errorf("the old process's: %v", err)
	}
	if err := c.Swap(t.Context(), program("opener"), tenon.Overlap); err != nil {
		t.Fatal(err)
	}
	if _, err := young.PID(t.Context()); !errors.Is(err, tenon.ErrReplaced) || !errors.Is(err, tenon.Unavailable) {
		t.Errorf("after a swap: %v", err)
	}
}
