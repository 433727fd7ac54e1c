package tenon_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

// TestLauncherThatGoesOn: a launcher of the host's that does not heed its context holds up
// neither a start nor a stop, and what it starts in the end does not stay.
func TestLauncherThatGoesOn(t *testing.T) {
	leak.Check(t)
	for name, end := range map[string]func(*tenon.Client){
		"Stop": func(c *tenon.Client) { c.Stop(t.Context()) },
		"Kill": (*tenon.Client).Kill,
	} {
		goOn, late := make(chan struct{}), make(chan launch.Process, 1)
		c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
			real := cfg.Launcher
			cfg.Launcher = launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
				<-goOn
				p, err := real.Launch(context.WithoutCancel(ctx), req)
				late <- p
				return p, err
			})
		})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		if err := c.Start(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: Start: %v", name, err)
		}
		cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			end(c)
		}()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Errorf("%s waits for the launcher", name)
		}
		close(goOn)
		if p := <-late; p == nil {
			t.Errorf("%s: the launcher did not start anything", name)
		} else {
			<-p.Done()
		}
	}
}

// TestLateLauncherIsNamed: the error tells it from a plugin that does not speak.
func TestLateLauncherIsNamed(t *testing.T) {
	goOn := make(chan struct{})
	defer close(goOn)
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.StartTimeout = 10 * time.Millisecond
		cfg.Launcher = launch.Func(func(context.Context, launch.Request) (launch.Process, error) {
			<-goOn
			return nil, errors.New("too late")
		})
	})
	err := c.Start(t.Context())
	if start := as[*tenon.StartError](t, err); !strings.Contains(start.Reason, "launch.Func") || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// named is a launcher of a name that launches nothing before its context ends.
type named struct{ launch.Launcher }

func (named) Name() string { return "bolt" }

// What a launcher knows of a start that took too long is told, with the plugin's name.
func TestLauncherThatWaits(t *testing.T) {
	leak.Check(t)
	c := tenon.NewClient(tenon.ClientConfig{
		Cookie: cookie, StartTimeout: 10 * time.Millisecond,
		Launcher: named{launch.Func(func(ctx context.Context, _ launch.Request) (launch.Process, error) {
			<-ctx.Done()
			return nil, fmt.Errorf("the depot is silent: %w", ctx.Err())
		})},
	})
	defer c.Close()
	failed := as[*tenon.StartError](t, c.Start(t.Context()))
	if failed.Plugin != "bolt" || !errors.Is(failed, context.DeadlineExceeded) || !strings.Contains(failed.Error(), "the depot is silent") || strings.Contains(failed.Error(), "tenon.Main") {
		t.Errorf("got %v", failed)
	}
}
