package tenon_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

// Defects that plugin systems have had: each test holds that this one does not have it.
// docs/threat-model.md lists them all, with those that are held elsewhere.

// Records whose members are of other types than they should be are text, and no panic.
func TestDefectLogRecordOfWrongTypes(t *testing.T) {
	leak.Check(t)
	var log strings.Builder
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) { cfg.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	var my struct {
		Print func(context.Context, string, string) error
		Ping  func(context.Context) (string, error)
	}
	if err := dynamic.Bind(t.Context(), c, "greeter", &my); err != nil {
		t.Fatal(err)
	}
	lines := []string{
		`{"@message":1}`, `{"@message":null,"@level":[],"@timestamp":{}}`, `{"msg":1,"level":2,"time":3}`, `{"level":{},"msg":[]}`, `[]`, `null`, `{`,
	}
	for _, line := range lines {
		if err := my.Print(t.Context(), line+"\n", line+"\n\x1etenon-log "+line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	if pong, err := my.Ping(t.Context()); pong != "pong" || err != nil {
		t.Errorf("%q, %v", pong, err)
	}
	c.Close()
	if n := strings.Count(log.String(), "@message"); n < 6 {
		t.Errorf("the lines are not in the log:\n%s", &log)
	}
}

// A line of any length on stdout or stderr blocks nobody.
func TestDefectLongLines(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "plugin", nil)
	var my struct {
		Print func(context.Context, string, string) error
	}
	if err := dynamic.Bind(t.Context(), c, "greeter", &my); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 5<<20) // without an end
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	for range 3 {
		if err := my.Print(ctx, long, long); err != nil {
			t.Fatal(err)
		}
	}
}

// One configuration makes any number of clients, and is never changed.
func TestDefectConfigIsNotChanged(t *testing.T) {
	leak.Check(t)
	cfg := tenon.ClientConfig{Cookie: cookie, Launcher: program("plugin"), Versions: []int{1}}
	before := fmt.Sprintf("%#v", cfg)
	for range 2 {
		first, second := tenon.NewClient(cfg), tenon.NewClient(cfg)
		for _, c := range []*tenon.Client{first, second} {
			if err := c.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if first.Info().PID == second.Info().PID {
			t.Error("two clients share a process")
		}
		first.Close()
		second.Close()
	}
	if after := fmt.Sprintf("%#v", cfg); after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
}

// Start after the plugin's end says that it has ended, and never that all is well.
func TestDefectStartAfterTheEnd(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "plugin", nil)
	var my struct {
		Exit func(context.Context, int) error
	}
	if err := dynamic.Bind(t.Context(), c, "greeter", &my); err != nil {
		t.Fatal(err)
	}
	my.Exit(t.Context(), 4)
	<-c.Done()
	var crash *tenon.CrashError
	if err := c.Start(t.Context()); !errors.As(err, &crash) || crash.ExitCode != 4 {
		t.Errorf("Start: %v", err)
	}
	if _, err := c.Dispense(t.Context(), "greeter", nil); !errors.As(err, &crash) {
		t.Errorf("Dispense: %v", err)
	}
}

// The environment of the bootstrap is not inherited by what a plugin starts, and a caller's
// entries neither reach into it nor are lost.
func TestDefectCallersEnvironmentWins(t *testing.T) {
	leak.Check(t)
	t.Setenv("DEFECT_TEST", "the host's")
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.Launcher = program("plugin", launch.Setenv("DEFECT_TEST=the caller's", "TENON_LINK=fd:0", cookie.Key+"=wrong"))
	})
	var my struct {
		Environ func(context.Context) ([]string, error)
	}
	if err := dynamic.Bind(t.Context(), c, "greeter", &my); err != nil {
		t.Fatal(err)
	}
	environ, err := my.Environ(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, entry := range environ {
		if strings.HasPrefix(entry, "DEFECT_TEST=") {
			n++
		}
		if strings.HasPrefix(entry, "TENON_LINK=") || strings.HasPrefix(entry, cookie.Key+"=") || entry == "DEFECT_TEST=the host's" {
			t.Errorf("the plugin has %q", entry)
		}
	}
	if n != 1 || os.Getenv("DEFECT_TEST") != "the host's" {
		t.Errorf("%d entries of the caller's", n)
	}
}
