//go:build unix

package private

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	pipe, file := filepath.Join(dir, "pipe"), filepath.Join(dir, "file")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.WriteFile(file, []byte("12345"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, dir, os.DevNull} {
		if text, err := ReadShort(path, 10); text != nil || err == nil || !strings.Contains(err.Error(), "is no regular file") {
			t.Errorf("%s: %q, %v", path, text, err)
		}
	}
	if text, err := ReadShort(file, 5); string(text) != "12345" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if text, err := ReadShort(file, 4); text != nil || err == nil || !strings.Contains(err.Error(), "has more than 4 bytes") {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := ReadShort(file+"x", 4); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestLook(t *testing.T) {
	const me, other = 1000, 1001
	for _, tt := range []struct {
		mode      fs.FileMode
		owner     int
		group     int
		rootOwner int
		closed    bool
		found     string
	}{
		{0o755, 0, 100, 0, false, ""},
		{0o777 | fs.ModeSticky, 0, 100, 0, false, ""}, // as /tmp is
		{0o755, me, 100, 0, false, ""},
		{0o700, me, 100, 0, true, ""},
		{0o700, 0, 100, 0, false, ""},
		{0o766, me, 100, 0, true, ""}, // may be written to, and not entered
		{0o755, other, 100, 0, false, "belongs to user 1001, and this process to user 1000"},
		{0o777 | fs.ModeSticky, other, 100, 0, false, "belongs to user 1001"}, // its owner may rename all
		{0o777, 0, 100, 0, false, "is writable by others, without the sticky bit (mode -rwxrwxrwx)"},
		{0o777, me, 100, 0, false, "is writable by others"},
		{0o775, me, 100, 0, false, "is writable by others"},
		{0o775, me, me, 0, false, ""}, // by a group of his own
		{0o777, me, me, 0, false, "is writable by others"},
		{0o775, 0, 0, 0, false, "is writable by others"},
		{0o770, 0, 100, 0, false, "is writable by others"},
		{0o755, 65534, 100, 65534, false, ""}, // root, where it has no number
	} {
		closed, found := look(tt.mode, tt.owner, tt.group, me, tt.rootOwner)
		if closed != tt.closed || (found == "") != (tt.found == "") || !strings.HasPrefix(found, tt.found) {
			t.Errorf("%v of %d: %v, %q", tt.mode, tt.owner, closed, found)
		}
	}
}

// open makes a directory of a mode that lets others in, below the root: t.TempDir is
// within one that is closed.
func open(t *testing.T, mode fs.FileMode) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "private-test")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, mode); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOpenDirectories(t *testing.T) {
	for _, mode := range []fs.FileMode{0o777, 0o775} {
		dir := open(t, mode)
		below := filepath.Join(dir, "below")
		if err := os.Mkdir(below, 0o755); err != nil {
			t.Fatal(err)
		}
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(below, link); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{dir, below, link} {
			made, err := MkdirTemp(path, "x")
			var unsafe *UnsafeError
			if made != "" || !errors.As(err, &unsafe) || filepath.Base(unsafe.Path) != filepath.Base(dir) || !strings.Contains(err.Error(), "set TMPDIR") {
				t.Errorf("%s: %s, %v", path, made, err)
			}
		}
	}
	closed := open(t, 0o700)
	below := filepath.Join(closed, "below")
	if err := errors.Join(os.Mkdir(below, 0o700), os.Chmod(below, 0o777)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{below, open(t, 0o777|fs.ModeSticky), open(t, 0o755), t.TempDir()} {
		made, err := MkdirTemp(path, "x")
		if err != nil || !filepath.IsAbs(made) {
			t.Errorf("%s: %s, %v", path, made, err)
		}
		if info, err := os.Stat(made); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", made, info.Mode(), err)
		}
	}
}

// A relative path is resolved once, from where this process is.
func TestRelative(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("rel", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"rel", ""} {
		t.Setenv("TMPDIR", "rel")
		made, err := MkdirTemp(dir, "x")
		if err != nil || !filepath.IsAbs(made) || filepath.Base(filepath.Dir(made)) != "rel" {
			t.Errorf("%q: %s, %v", dir, made, err)
		}
	}
	t.Setenv("TMPDIR", "/no/such/directory")
	if _, err := MkdirTemp("", "x"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "/no/such/directory (from TMPDIR)") {
		t.Error(err)
	}
}
