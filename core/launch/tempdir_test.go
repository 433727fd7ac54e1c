//go:build unix && !aix && !solaris

package launch_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

// openDir makes a directory in which every user may rename what others have.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "launch-test") // t.TempDir is within one that is closed
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Paths that others resolve, from their own working directories, are absolute.
func TestRelativeTMPDIR(t *testing.T) {
	leaks(t)
	work := t.TempDir()
	t.Chdir(t.TempDir())
	if err := os.Mkdir("rel", 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", "rel")
	for _, dir := range []string{"", "rel"} {
		l, err := launch.NewListener(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, path := l.Addr(); !filepath.IsAbs(path) {
			t.Errorf("%q: it listens on %s", dir, path)
		}
		l.Close()
	}
	p := start(t, "exit3", launch.Request{Outlive: true}, launch.Dir(work))
	if dir := p.Info().Dir; !filepath.IsAbs(dir) {
		t.Errorf("the outputs are in %s", dir)
	}
	wait(t, p)
	os.RemoveAll(p.Info().Dir)
}

// The socket at which a plugin waits for its next host fits, however long TMPDIR is.
func TestLongTMPDIROutlives(t *testing.T) {
	leaks(t)
	long := filepath.Join(t.TempDir(), strings.Repeat("d", 100))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", long)
	p := start(t, "exit3", launch.Request{Outlive: true})
	dir := p.Info().Dir
	wait(t, p)
	if l, err := net.Listen("unix", filepath.Join(dir, launch.OutliveSocket)); err != nil {
		t.Error(err)
	} else {
		l.Close()
	}
	if err := launch.RemoveOutput(dir); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(long + "/*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What is to be executed is what a function returned, wherever the plugin's working
// directory is.
func TestPreparedPathIsRelative(t *testing.T) {
	leaks(t)
	work := t.TempDir()
	t.Chdir(t.TempDir())
	for path, text := range map[string]string{"good": "exit 7", filepath.Join(work, "good"): "exit 9", "orig": "exit 8"} {
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	prepare := launch.Prepare(func(context.Context, string) (string, func(), error) { return "good", nil, nil })
	p, err := launch.Command("./orig", prepare, launch.Dir(work)).Launch(t.Context(), launch.Request{})
	if err != nil {
		t.Fatal(err)
	}
	if exit := wait(t, p); exit.Code != 7 {
		t.Error(exit)
	}
}

// Nobody listens, and no output is kept, where another user could put something else.
func TestOpenTMPDIR(t *testing.T) {
	leaks(t)
	dir := openDir(t)
	const want = "is writable by others, without the sticky bit"
	if _, err := launch.NewListener(dir); err == nil || !strings.Contains(err.Error(), want) {
		t.Error(err)
	}
	t.Setenv("TMPDIR", dir)
	if _, err := launch.NewListener(""); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "TMPDIR") {
		t.Error(err)
	}
	if _, err := self(t, "exit3").Launch(t.Context(), launch.Request{Outlive: true}); err == nil || !strings.Contains(err.Error(), want) {
		t.Error(err)
	}
	if left, _ := filepath.Glob(dir + "/*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
