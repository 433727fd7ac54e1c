package launch_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

func TestFirst(t *testing.T) {
	none := launch.Func(func(context.Context, launch.Request) (launch.Process, error) {
		return nil, fmt.Errorf("looked: %w", launch.ErrNotRunning)
	})
	why := errors.New("not allowed")
	broken := launch.Func(func(context.Context, launch.Request) (launch.Process, error) { return nil, why })
	good := launch.InProcess(func(context.Context, net.Conn) error { return nil })
	req := launch.Request{Link: true}

	p, err := launch.First(none, good, broken).Launch(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	p.Kill()
	<-p.Done()
	if _, err := launch.First(none, broken, good).Launch(t.Context(), req); err != why {
		t.Errorf("an error of another kind: %v", err)
	}
	if _, err := launch.First(none, none).Launch(t.Context(), req); !errors.Is(err, launch.ErrNotRunning) {
		t.Errorf("none runs: %v", err)
	}
	if _, err := launch.First().Launch(t.Context(), req); err == nil {
		t.Error("no launcher at all")
	}
}

func TestNameOf(t *testing.T) {
	for want, l := range map[string]launch.Launcher{
		"plugin":     launch.Command("./bin/plugin.exe"),
		"tool-1.4.0": launch.First(launch.Func(nil), launch.Command("tool-1.4.0")),
		"":           launch.First(launch.Func(nil), launch.Command("")),
	} {
		if got := launch.NameOf(l); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
