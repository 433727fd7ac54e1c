package terraform

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// guard ends a program that would hang.
const guard = 5 * time.Minute

// build builds the program, read-only, and returns the executable.
func build(t *testing.T, replace bool) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/provider")); err != nil {
		t.Fatal(err)
	}
	if replace {
		facade, err := filepath.Abs("../../facade")
		if err != nil {
			t.Fatal(err)
		}
		run(t, command(t, dir, "go", "mod", "edit", "-replace=github.com/hashicorp/go-plugin="+facade))
	}
	exe := filepath.Join(dir, "provider.exe")
	run(t, command(t, dir, "go", "build", "-mod=readonly", "-ldflags=-s -w", "-o", exe, "."))
	return exe
}

func command(t *testing.T, dir, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), guard) // cleanups use it, too
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	return cmd
}

func run(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, stderr.Bytes())
	}
	if stderr.Len() > 0 { // the host prints what a provider writes, which Terraform warns of
		t.Errorf("%s printed to its stderr: %s", strings.Join(cmd.Args, " "), stderr.Bytes())
	}
	return strings.TrimSpace(string(out))
}

// TestProvider runs all four pairs of host and provider, started by the host and in the
// mode for debuggers, in which the host attaches to the provider.
func TestProvider(t *testing.T) {
	programs := map[string]string{"theirs": build(t, false), "ours": build(t, true)}
	for host, hostExe := range programs {
		for plugin, exe := range programs {
			want := "host " + host + " applied note-hello by plugin " + plugin
			t.Run(host+"-"+plugin, func(t *testing.T) {
				t.Parallel()
				if got := run(t, command(t, t.TempDir(), hostExe, "drive", exe)); got != want {
					t.Errorf("started by the host: %q, want %q", got, want)
				}
				cmd := command(t, t.TempDir(), hostExe, "drive")
				cmd.Args = append(cmd.Args, "")
				cmd.Env = append(cmd.Env, "TF_REATTACH_PROVIDERS="+debug(t, exe))
				if got := run(t, cmd); got != want {
					t.Errorf("attached: %q, want %q", got, want)
				}
			})
		}
	}
}

// debug runs a provider as in a debugger, until the test ends, and returns what it asks
// to be passed on.
func debug(t *testing.T, exe string) string {
	t.Helper()
	cmd := command(t, t.TempDir(), exe, "debug")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("a provider that was interrupted in its debug mode: %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, text, ok := strings.Cut(lines.Text(), "TF_REATTACH_PROVIDERS='"); ok {
			return strings.TrimSuffix(text, "'")
		}
	}
	t.Fatalf("the provider did not say how to attach: %v", lines.Err())
	return ""
}
