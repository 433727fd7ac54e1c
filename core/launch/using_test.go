//go:build unix && !aix && !solaris

package launch_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

func given(ctx context.Context, t *testing.T, role string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, exe, "one", "two")
	cmd.Env = []string{"LAUNCH_ROLE=" + role, "GORACE=atexit_sleep_ms=0", "BOTH=cmd"}
	return cmd
}

func TestUsingRunsTheGivenCommand(t *testing.T) {
	t.Setenv("BOTH", "host")
	t.Setenv("HOST_ONLY", "yes")
	t.Setenv(launch.LinkEnv, "fd:99")
	cmd := given(t.Context(), t, "env")
	var out buffer
	p, err := launch.Command("ignored", launch.Using(cmd), launch.Unlinked(), launch.Group(false)).
		Launch(t.Context(), launch.Request{Link: true, Env: []string{"BOOT=1"}, Stdout: &out})
	if err != nil {
		t.Fatal(err)
	}
	if exit := wait(t, p); exit.Code != 0 || p.Link() != nil {
		t.Fatalf("exit %v, link %v", exit, p.Link())
	}
	env := strings.Split(out.String(), "\n")
	for _, want := range []string{"BOTH=cmd", "HOST_ONLY=yes", "BOOT=1"} {
		if !slices.Contains(env, want) {
			t.Errorf("the environment lacks %s", want)
		}
	}
	if strings.Contains(out.String(), launch.LinkEnv) {
		t.Errorf("%s is in the environment of a plugin that is unlinked", launch.LinkEnv)
	}
	if cmd.Process == nil || cmd.Process.Pid != p.Info().PID || cmd.ProcessState == nil {
		t.Errorf("Process %v and ProcessState %v of the command were not filled", cmd.Process, cmd.ProcessState)
	}
	if _, err := launch.Command("x", launch.Using(cmd)).Launch(t.Context(), launch.Request{}); err == nil || !strings.Contains(err.Error(), "started before") {
		t.Errorf("a second start: %v", err)
	}
}

func TestUsingKeepsTheContextOfTheCommand(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cmd := given(ctx, t, "cat") // waits for the end of its input
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	cmd.Stdin = r
	p, err := launch.Command("ignored", launch.Using(cmd), launch.Unlinked()).Launch(t.Context(), launch.Request{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if exit := wait(t, p); exit.String() != "signal: killed" {
		t.Errorf("after the end of its context the plugin ended with %v", exit)
	}
}

func TestUsingRefusesOutputs(t *testing.T) {
	cmd := given(t.Context(), t, "env")
	cmd.Stdout = os.Stdout
	if _, err := launch.Command("x", launch.Using(cmd)).Launch(t.Context(), launch.Request{}); err == nil || !strings.Contains(err.Error(), "Stdout") {
		t.Errorf("a command with Stdout set: %v", err)
	}
}
