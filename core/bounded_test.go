package tenon_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

// within fails when f does not return in a time that is long for everything here.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatalf("%s did not return", what)
	}
}

// TestBlockedWriter stops a plugin whose output nobody takes: a full pipe, or a terminal
// that stands still.
func TestBlockedWriter(t *testing.T) {
	for name, stop := range map[string]func(*tenon.Client){
		"Close":   func(c *tenon.Client) { c.Close() },
		"Kill":    func(c *tenon.Client) { c.Kill() },
		"a crash": func(c *tenon.Client) { p, _ := os.FindProcess(c.Info().PID); p.Kill(); <-c.Done() },
	} {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			r, w := io.Pipe()
			defer r.Close() // lets the writer go
			c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) { cfg.Stdout = w })
			g := bind(t, c)
			if err := g.Print(t.Context(), "a line that nobody reads\n", ""); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Read(make([]byte, 1)); err != nil { // the writer is in its Write
				t.Fatal(err)
			}
			within(t, name, func() { stop(c) })
		})
	}
}

// TestGateIsBounded has a gate that does not heed its context, and one that closes the client.
func TestGateIsBounded(t *testing.T) {
	leak.Check(t)
	for name, tt := range map[string]struct {
		gate func(c *tenon.Client, release chan struct{}) error
		want error
	}{
		"it goes on": {func(_ *tenon.Client, release chan struct{}) error { <-release; return nil }, context.DeadlineExceeded},
		"it closes":  {func(c *tenon.Client, _ chan struct{}) error { return c.Close() }, tenon.ErrStopped},
	} {
		release := make(chan struct{})
		returned := make(chan struct{})
		var c *tenon.Client
		c = newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
			cfg.Ready = func(context.Context, *tenon.Candidate) error {
				defer close(returned)
				return tt.gate(c, release)
			}
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		within(t, name+": Start", func() {
			if err := c.Start(ctx); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v", name, err)
			}
		})
		cancel()
		within(t, name+": Kill", c.Kill)
		close(release)
		<-returned
	}
}

// TestCallsCutOffByAStop wants to be told so, and not of a crash.
func TestCallsCutOffByAStop(t *testing.T) {
	leak.Check(t)
	for name, stop := range map[string]func(*tenon.Client){
		"Kill": func(c *tenon.Client) { c.Kill() },
		"Stop": func(c *tenon.Client) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			c.Stop(ctx)
		},
	} {
		for range 20 {
			c := newClient(t, "plugin", nil)
			g := bind(t, c)
			cut := make(chan error, 1)
			go func() { cut <- g.Block(t.Context()) }()
			for c.Stats().Calls == 0 {
				time.Sleep(time.Millisecond)
			}
			stop(c)
			if err := <-cut; !errors.Is(err, tenon.ErrStopped) || errors.As(err, new(*tenon.CrashError)) {
				t.Fatalf("%s: got %v", name, err)
			}
		}
	}
}

func TestNothingForAClient(t *testing.T) {
	if err := new(tenon.Set).Add("none", nil); err == nil {
		t.Error("a set took no client")
	}
	c := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: launch.Func(func(context.Context, launch.Request) (launch.Process, error) { return nil, nil })})
	defer c.Close()
	if err := c.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "neither a process nor an error") {
		t.Errorf("got %v", err)
	}
}
