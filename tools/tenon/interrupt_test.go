//go:build unix

package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Ctrl-C in the middle of a call ends the call, and the plugin in order.
func TestInterrupt(t *testing.T) {
	plugin := filepath.Join(t.TempDir(), "bolt")
	if err := os.Link(filepath.Join(binaries, "bolt"), plugin); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(binaries, "tenon"), "call", plugin, "kv.Wait")
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() && !strings.Contains(lines.Text(), "waiting") {
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	var rest []string
	for lines.Scan() {
		rest = append(rest, lines.Text())
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Errorf("it ended with %v, and said %q", err, rest)
	}
}
