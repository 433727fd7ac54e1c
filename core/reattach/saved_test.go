//go:build linux

package reattach

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
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
