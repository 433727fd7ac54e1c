//go:build unix

package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
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

// Ctrl-C ends the command also while it waits for what nobody writes.
func TestInterruptReading(t *testing.T) {
	bolt, pipe := filepath.Join(binaries, "bolt"), filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	more := make([]byte, 256<<10) // than a pipe holds: when it is written somebody reads
	for i := range more {
		more[i] = ' '
	}
	for _, args := range [][]string{
		{"compare", "-", bolt},
		{"compare", pipe, bolt},
		{"call", bolt, "kv.Get", "-"},
		{"call", bolt, "kv.Get", "@" + pipe},
	} {
		cmd := exec.Command(filepath.Join(binaries, "tenon"), args...)
		stdin, err := cmd.StdinPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		w := stdin
		if strings.Contains(strings.Join(args, " "), pipe) {
			if w, err = os.OpenFile(pipe, os.O_WRONLY, 0); err != nil { // when it reads
				t.Fatal(err)
			}
		}
		if _, err := w.Write(more); err != nil {
			t.Error(err)
		}
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		late := time.AfterFunc(5*time.Second, func() {
			t.Errorf("%q goes on after Ctrl-C", args)
			cmd.Process.Kill()
		})
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
			t.Errorf("%q ended with %v", args, err)
		}
		late.Stop()
		w.Close()
	}
}
