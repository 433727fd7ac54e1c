//go:build linux

package reattach

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

func TestSaved(t *testing.T) {
	leak.Check(t)
	dir := filepath.Join(t.TempDir(), "run")
	if all, err := List(dir); err != nil || len(all) != 0 {
		t.Errorf("no directory: %v, %v", all, err)
	}
	info := parse(killedHost(t, ""))
	if err := Save(dir, "counter", tenon.AttachInfo{Plugin: "older"}); err != nil {
		t.Fatal(err)
	}
	if err := Save(dir, "counter", info); err != nil {
		t.Fatal(err)
	}
	stat, err := os.Stat(filepath.Join(dir, "counter.kept"))
	if err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", stat, err)
	}
	all, err := List(dir)
	if err != nil || len(all) != 1 || all[0].Name != "counter" || all[0].Info.Process != info.Process || !all[0].Alive() {
		t.Fatalf("got %+v, %v", all, err)
	}
	client, c, _ := attach(t, all[0].Info)
	if n, err := c.Add(t.Context(), 0); err != nil || n != 1 {
		t.Errorf("the counter is at %d, %v", n, err)
	}
	if _, err := client.Detach(); err != nil {
		t.Fatal(err)
	}
	if err := all[0].End(t.Context(), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	if all[0].Alive() {
		t.Error("it lives on")
	}
	for _, path := range []string{all[0].Path, info.Dir} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left: %v", path, err)
		}
	}
	if err := all[0].End(t.Context(), 0); err != nil {
		t.Errorf("once more: %v", err)
	}
	if _, err := Load(dir, "counter"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load: %v", err)
	}
}

// One that has a host heeds no request, and is killed.
func TestEndByForce(t *testing.T) {
	leak.Check(t)
	dir := filepath.Join(t.TempDir(), "run")
	info := parse(killedHost(t, ""))
	client, c, _ := attach(t, info)
	if _, err := c.PID(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := Save(dir, "counter", info); err != nil {
		t.Fatal(err)
	}
	s, err := Load(dir, "counter")
	if err == nil {
		err = s.End(t.Context(), 50*time.Millisecond)
	}
	if err != nil || s.Alive() {
		t.Errorf("alive %v, %v", s.Alive(), err)
	}
	<-client.Done()
}

func TestSavedFilesThatAreNone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	for _, name := range []string{"", "../x", "a/b", ".x"} {
		if err := Save(dir, name, tenon.AttachInfo{}); err == nil {
			t.Errorf("%q can be saved", name)
		}
		if _, err := Load(dir, name); err == nil {
			t.Errorf("%q can be loaded", name)
		}
	}
	if err := Save(dir, "good", tenon.AttachInfo{Plugin: "x"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bad.kept"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := List(dir)
	if len(all) != 1 || all[0].Name != "good" || all[0].Alive() || err == nil || !strings.Contains(err.Error(), "load bad") {
		t.Errorf("got %+v, %v", all, err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Save(dir, "good", tenon.AttachInfo{}); err == nil || !strings.Contains(err.Error(), "open to others") {
		t.Errorf("a directory that is open: %v", err)
	}
}

// What is no file, or longer than any that was saved, is told, and holds nobody.
func TestSavedFilesOfOtherKinds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if err := Save(dir, "good", tenon.AttachInfo{Plugin: "x"}); err != nil {
		t.Fatal(err)
	}
	pipe, large := filepath.Join(dir, "pipe.kept"), filepath.Join(dir, "large.kept")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(large, []byte(strings.Repeat(" ", longestSaved)+"{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	release := time.AfterFunc(10*time.Second, func() { // so that the test ends when it fails
		if f, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			t.Error("it waits for somebody to write")
			f.Close()
		}
	})
	defer release.Stop()
	all, err := List(dir)
	if len(all) != 1 || err == nil {
		t.Fatalf("got %+v, %v", all, err)
	}
	for _, want := range []string{pipe + " is no regular file", large + " has more than", "remove"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}

// A file that names no process is cleared away like one whose process has ended.
func TestEndOfNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	for _, id := range []launch.Identity{{}, {PID: -1, Started: "x"}, {PID: os.Getpid()}} {
		if err := Save(dir, "odd", tenon.AttachInfo{Process: id}); err != nil {
			t.Fatal(err)
		}
		s, err := Load(dir, "odd")
		if err == nil {
			err = s.End(t.Context(), 0)
		}
		if err != nil {
			t.Errorf("%+v: %v", id, err)
		}
		if _, err := Load(dir, "odd"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%+v: Load: %v", id, err)
		}
	}
}
