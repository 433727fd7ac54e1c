//go:build unix

package discover

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/verify"
)

// openLater lets go who waits for a pipe, so that a test ends when it fails.
func openLater(t *testing.T, pipe string) {
	release := time.AfterFunc(10*time.Second, func() {
		if f, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			t.Error("it waits for somebody to write")
			f.Close()
		}
	})
	t.Cleanup(func() { release.Stop() })
}

// What is in the place of an entry of the cache costs time, and nothing else.
func TestCacheOfOtherThings(t *testing.T) {
	leak.Check(t)
	dir, cached := t.TempDir(), filepath.Join(t.TempDir(), "cache")
	tool(t, dir, "tool-good-1.0.0")
	opts := Options{Dirs: []string{dir}, CacheDir: cached}
	if first, errs := find(t, opts); len(first) != 1 || errs != nil {
		t.Fatalf("%+v, %v", first, errs)
	}
	files, _ := os.ReadDir(cached)
	entry := filepath.Join(cached, files[0].Name())
	for what, place := range map[string]func() error{
		"null for services": func() error {
			return os.WriteFile(entry, []byte(`{"format":"`+string(mark)+`","versions":[1],"catalogues":{"1":null}}`), 0o600)
		},
		"a pipe": func() error { return syscall.Mkfifo(entry, 0o600) },
		"what would fill the memory": func() error {
			return errors.Join(os.WriteFile(entry, nil, 0o600), os.Truncate(entry, 1<<33))
		},
	} {
		if err := errors.Join(os.Remove(entry), place()); err != nil {
			t.Fatal(err)
		}
		openLater(t, entry)
		if again, errs := find(t, opts); len(again) != 1 || errs != nil || again[0].Description.Release != "1.0.0" {
			t.Errorf("%s: %+v, %v", what, again, errs)
		}
	}
}

// No more of a file is read than can be verified: it may have no end.
func TestReadIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	limit := int64(len(mark)) + 8
	for text, want := range map[string]struct {
		marked bool
		err    error
	}{
		strings.Repeat("x", int(limit)):   {},
		strings.Repeat("x", int(limit)+1): {},
		string(mark) + "12345678":         {marked: true},
		string(mark) + "123456789":        {err: verify.ErrTooLarge},
		"12345678" + string(mark) + "9":   {err: verify.ErrTooLarge},
		"123456789" + string(mark):        {},
	} {
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		if _, marked, err := read(t.Context(), path, limit); marked != want.marked || !errors.Is(err, want.err) {
			t.Errorf("%q: marked %v, %v; expected %+v", text, marked, err, want)
		}
	}
}

// A file that becomes a pipe after it was looked at holds nobody.
func TestReadOfPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o700); err != nil {
		t.Fatal(err)
	}
	openLater(t, pipe)
	if _, _, err := read(t.Context(), pipe, 1<<20); err == nil {
		t.Error("it was read")
	}
}
