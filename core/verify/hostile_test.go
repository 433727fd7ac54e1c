//go:build unix && !aix && !solaris

package verify_test

import (
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/verify"
)

// The plugin's working directory is another one, and has a file where the copy's path
// would be, were it resolved from there.
func TestRelativeDirectoryOfCopies(t *testing.T) {
	for _, name := range []string{"TMPDIR", "Store.Dir"} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			work := t.TempDir()
			t.Chdir(t.TempDir())
			if err := os.Mkdir("rel", 0o700); err != nil {
				t.Fatal(err)
			}
			sum := verify.Sum(sha256.Sum256(s.good))
			v := verify.Func(func(ctx context.Context, file verify.Candidate) error {
				if !filepath.IsAbs(file.Copy) {
					planted := filepath.Join(work, file.Copy)
					if err := os.MkdirAll(filepath.Dir(planted), 0o755); err != nil {
						return err
					}
					write(t, planted, s.bad)
				}
				return sum.Verify(ctx, file)
			})
			opt := verify.With(v)
			if name == "TMPDIR" {
				t.Setenv("TMPDIR", "rel")
			} else {
				store := &verify.Store{Dir: "rel"}
				defer store.Close()
				opt = store.With(v)
			}
			if out, err := run(t, s.path, opt, launch.Dir(work)); err != nil || !strings.HasPrefix(out, "good ") {
				t.Errorf("%q, %v", out, err)
			}
		})
	}
}

// Nothing is put where another user could put something else in its place.
func TestDirectoryOfCopiesIsOpen(t *testing.T) {
	s := newStage(t)
	dir, err := os.MkdirTemp("/tmp", "verify-test") // t.TempDir is within one that is closed
	if err != nil {
		t.Skip(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	store := &verify.Store{Dir: dir}
	defer store.Close()
	_, err = run(t, s.path, store.With(verify.Sum(sha256.Sum256(s.good))))
	if err == nil || !strings.Contains(err.Error(), "is writable by others, without the sticky bit (mode drwxrwxrwx)") || !strings.Contains(err.Error(), "Store.Dir") {
		t.Error(err)
	}
	if left, _ := filepath.Glob(dir + "/*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A file of sums that is a pipe, to which nobody writes, holds nobody.
func TestSumsArePipe(t *testing.T) {
	s := newStage(t)
	pipe := filepath.Join(s.dir, "SHA256SUMS")
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		t.Fatal(err)
	}
	release := time.AfterFunc(10*time.Second, func() { // so that the test ends when it fails
		if f, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			t.Error("it waits for somebody to write")
			f.Close()
		}
	})
	defer release.Stop()
	if _, err := run(t, s.path, verify.File(pipe)); err == nil || !strings.Contains(err.Error(), "is no regular file") {
		t.Error(err)
	}
}

// It is not the plugin's fault when there is nowhere to put its copy.
func TestNoDirectoryForCopies(t *testing.T) {
	s := newStage(t)
	sum := verify.Sum(sha256.Sum256(s.good))
	t.Setenv("TMPDIR", s.dir+"/none")
	_, err := run(t, s.path, verify.With(sum))
	if err == nil || !strings.Contains(err.Error(), s.dir+"/none (from TMPDIR)") || strings.Contains(err.Error(), "it could not be read") {
		t.Error(err)
	}
	store := &verify.Store{Dir: s.dir + "/missing"}
	if _, err := run(t, s.path, store.With(sum)); err == nil || !strings.Contains(err.Error(), s.dir+"/missing") || strings.Contains(err.Error(), "TMPDIR)") {
		t.Error(err)
	}
}
