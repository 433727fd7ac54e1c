package packer

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// guard ends a program that would hang.
const guard = 5 * time.Minute

// TestProvisioner builds the program and lets it provision through itself: the plugin
// gets the host's interface to the person over connections of its own.
func TestProvisioner(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), guard)
	defer cancel()
	exe := filepath.Join(t.TempDir(), "program.exe")
	build := exec.CommandContext(ctx, "go", "build", "-mod=readonly", "-ldflags=-s -w", "-o", exe, ".")
	build.Dir = "testdata/program"
	build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	var stderr bytes.Buffer
	host := exec.CommandContext(ctx, exe, "host")
	host.Stderr = &stderr
	out, err := host.Output()
	if want := "hello world\nby packer\n"; err != nil || string(out) != want {
		t.Errorf("%v, %q, want %q\n%s", err, out, want, stderr.Bytes())
	}
}
