//go:build unix

package tenon_test

import (
	"os"
	"strings"
	"syscall"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

// TestWordsOfACrashInVain: what looks like a crash in the log of a plugin is not why it ended.
func TestWordsOfACrashInVain(t *testing.T) {
	for _, words := range []string{"panic: recovered from, no harm done", "SIGHUP: reading the configuration again", "runtime: 12 ms"} {
		for name, end := range map[string]func(greeterClient, *tenon.Client) error{
			"exit code 0": func(g greeterClient, _ *tenon.Client) error { return g.Exit(t.Context(), 0) },
			"exit code 1": func(g greeterClient, _ *tenon.Client) error { return g.Exit(t.Context(), 1) },
			"signal: killed": func(g greeterClient, c *tenon.Client) error {
				syscall.Kill(c.Info().PID, syscall.SIGKILL)
				return g.Block(t.Context())
			},
		} {
			c := newClient(t, "plugin", nil)
			g := bind(t, c)
			if err := g.Print(t.Context(), "", words+"\nworking\n"); err != nil {
				t.Fatal(err)
			}
			err := end(g, c)
			if crash := as[*tenon.CrashError](t, err); crash.Panic != "" {
				t.Errorf("%s, after %q: the panic is %q", name, words, crash.Panic)
			}
			if text := err.Error(); !strings.Contains(text, name) || !strings.Contains(text, "working") {
				t.Errorf("%s, after %q: %v", name, words, err)
			}
		}
	}
}

// TestCrashOfAWrappedPlugin: a script around a plugin may well end with another code.
func TestCrashOfAWrappedPlugin(t *testing.T) {
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.Launcher = launch.Command("/bin/sh", launch.Args("-c", os.Args[0]+" || exit 1"), launch.Setenv(programEnv+"=plugin"))
	})
	g := bind(t, c)
	err := g.Die(t.Context(), "in the script")
	if crash := as[*tenon.CrashError](t, err); !strings.HasPrefix(crash.Panic, "panic: in the script") {
		t.Errorf("the panic is %q: %v", crash.Panic, err)
	}
}

// TestKilledByOthers: a process cannot say a word about SIGKILL, so that the error says the
// usual reason.
func TestKilledByOthers(t *testing.T) {
	const hint = "(not by this host; the system does that when memory runs out)"
	for _, c := range []struct {
		err  tenon.CrashError
		want bool
	}{
		{tenon.CrashError{Plugin: "p", Exited: true, Signal: os.Kill}, true},
		{tenon.CrashError{Plugin: "p", Exited: true, Signal: os.Kill, Silent: true}, false},
		{tenon.CrashError{Plugin: "p", Exited: true, Signal: syscall.SIGTERM}, false},
		{tenon.CrashError{Plugin: "p", PID: 1, ExitCode: -1}, false},
	} {
		if got := c.err.Error(); strings.Contains(got, hint) != c.want {
			t.Error(got)
		}
	}
}
