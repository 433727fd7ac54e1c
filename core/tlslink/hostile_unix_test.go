//go:build unix

package tlslink_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/tlslink"
)

// A plugin that puts a pipe where the hash of its key is expected does not hold its host.
func TestPinIsPipe(t *testing.T) {
	leak.Check(t)
	var pipe string
	p, err := tlslink.Over(launch.Func(func(_ context.Context, req launch.Request) (launch.Process, error) {
		pipe = filepath.Join(pinDir(req), "plugin")
		return fakeProcess{done: t.Context().Done()}, syscall.Mkfifo(pipe, 0o600)
	})).Launch(t.Context(), launch.Request{Link: true})
	if err != nil {
		t.Fatal(err)
	}
	release := time.AfterFunc(10*time.Second, func() { // so that the test ends when it fails
		if f, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			t.Error("it waits for somebody to write")
			f.Close()
		}
	})
	defer release.Stop()
	if _, err := p.Dial(t.Context(), "tcp", "127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "is no regular file") {
		t.Error(err)
	}
}

// The directory's path means the same to a plugin that has another working directory.
func TestRelativeTMPDIR(t *testing.T) {
	leak.Check(t)
	t.Chdir(t.TempDir())
	if err := os.Mkdir("rel", 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", "rel")
	_, l, _ := listening(t)
	l.Close()
	dir := ""
	stop := errors.New("far enough")
	_, err := tlslink.Over(launch.Func(func(_ context.Context, req launch.Request) (launch.Process, error) {
		dir = pinDir(req)
		return nil, stop
	})).Launch(t.Context(), launch.Request{Link: true})
	if !errors.Is(err, stop) || !filepath.IsAbs(dir) {
		t.Errorf("%q, %v", dir, err)
	}
}

// No key is believed that another user could have put in the place of the plugin's.
func TestOpenTMPDIR(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "tlslink-test") // t.TempDir is within one that is closed
	if err != nil {
		t.Skip(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", dir)
	_, err = tlslink.Over(launch.Func(func(context.Context, launch.Request) (launch.Process, error) {
		t.Error("it was launched")
		return nil, errors.New("launched")
	})).Launch(t.Context(), launch.Request{Link: true})
	if err == nil || !strings.Contains(err.Error(), "is writable by others, without the sticky bit") || !strings.Contains(err.Error(), "TMPDIR") {
		t.Error(err)
	}
}

// pinDir returns the directory that a plugin is told of.
func pinDir(req launch.Request) string {
	for _, entry := range req.Env {
		if path, ok := strings.CutPrefix(entry, "TENON_LINK_TLS="); ok {
			return path
		}
	}
	return ""
}
