//go:build unix

package launch_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

type moreError struct{ err error }

func (e *moreError) Error() string { return "a policy may forbid it" }
func (e *moreError) Unwrap() error { return e.err }

// What a function around the start knows of the system's error is told, and what the
// launcher finds is, too.
func TestAroundExplains(t *testing.T) {
	leaks(t)
	path := filepath.Join(t.TempDir(), "plugin")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	around := launch.Around(func(_ context.Context, _ *exec.Cmd, start func() error) error {
		if err := start(); err != nil {
			return &moreError{err}
		}
		return nil
	})
	_, err := launch.Command(path, around).Launch(t.Context(), launch.Request{})
	var e *launch.StartError
	if !errors.As(err, &e) || e.Reason != launch.ReasonNotExecutable || !errors.As(err, new(*moreError)) ||
		!errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "not executable") || !strings.HasSuffix(err.Error(), "; a policy may forbid it") {
		t.Errorf("%v", err)
	}
	// Busy files are waited for all the same.
	if err := os.Chmod(path, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	tries := 0
	busy := launch.Around(func(_ context.Context, _ *exec.Cmd, start func() error) error {
		if tries++; tries == 3 {
			f.Close()
		}
		err := start()
		if errors.Is(err, syscall.ETXTBSY) {
			return &moreError{err}
		}
		return err
	})
	p, err := launch.Command(path, busy).Launch(t.Context(), launch.Request{})
	if err != nil {
		t.Fatal(err)
	}
	wait(t, p)
}
