//go:build unix && !aix && !solaris

package verify_test

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tenon-dev/tenon/core/verify"
)

// A copy that was kept is what it was when it is started again. Plugins run as the same
// user, and could write to it; and systems remove what is old from their directories of
// temporary files.
func TestKeptCopyIsSpoiled(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, copy string) error
	}{
		{"the copy was removed", func(_ *testing.T, copy string) error { return os.Remove(copy) }},
		{"its directory was removed", func(_ *testing.T, copy string) error { return os.RemoveAll(filepath.Dir(copy)) }},
		{"everything was removed", func(_ *testing.T, copy string) error { return os.RemoveAll(filepath.Dir(filepath.Dir(copy))) }},
		{"another file is in its place", func(t *testing.T, copy string) error {
			write(t, copy+"~", []byte("#!/bin/sh\necho evil\n"))
			return os.Rename(copy+"~", copy)
		}},
		{"it was written in place", func(_ *testing.T, copy string) error {
			if err := os.Chmod(copy, 0o700); err != nil {
				return err
			}
			f, err := os.OpenFile(copy, os.O_WRONLY, 0)
			if err == nil {
				_, err = f.WriteAt([]byte("#!/bin/sh\necho evil\nexit\n"), 0)
				f.Close()
			}
			return err
		}},
		{"a pipe is in its place", func(_ *testing.T, copy string) error {
			if err := os.Remove(copy); err != nil {
				return err
			}
			return syscall.Mkfifo(copy, 0o700)
		}},
		{"a link is in its place", func(t *testing.T, copy string) error {
			write(t, copy+"~", []byte("#!/bin/sh\necho evil\n"))
			if err := os.Remove(copy); err != nil {
				return err
			}
			return os.Symlink(copy+"~", copy)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			store := &verify.Store{Dir: s.tmp}
			defer store.Close()
			opt := store.With(verify.Sum(sha256.Sum256(s.good)))
			if _, err := run(t, s.path, opt); err != nil {
				t.Fatal(err)
			}
			found, err := filepath.Glob(s.tmp + "/tenon-verified-*/*/" + filepath.Base(s.path))
			if err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			if err := tt.spoil(t, found[0]); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if out, err := run(t, s.path, opt); err != nil || !strings.HasPrefix(out, "good ") {
					t.Errorf("%q, %v", out, err)
				}
			}
			if err := store.Close(); err != nil {
				t.Error(err)
			}
			s.empty(t)
		})
	}
}
