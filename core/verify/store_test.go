//go:build unix && !aix && !solaris

package verify_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/verify"
)

func (s *stage) copies(t *testing.T) int {
	t.Helper()
	found, err := filepath.Glob(s.tmp + "/tenon-verified-*/*/*")
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// A store keeps each content once, until it is closed.
func TestStoreKeepsByHash(t *testing.T) {
	s := newStage(t)
	write(t, s.dir+"/same", s.good)
	store := &verify.Store{Dir: s.tmp}
	asked := 0
	opt := store.With(verify.Func(func(context.Context, verify.Candidate) error { asked++; return nil }))
	var first string
	for i, path := range []string{s.path, s.dir + "/same", s.path} {
		out, err := run(t, path, opt)
		if i == 0 {
			first = out
		}
		if err != nil || out != first || s.copies(t) != 1 {
			t.Errorf("%q, %v, %d copies", out, err, s.copies(t))
		}
	}
	write(t, s.path, append(s.good, "#2"...))
	if out, err := run(t, s.path, opt); err != nil || out == first || s.copies(t) != 2 || asked != 4 {
		t.Errorf("%q, %v, %d copies, asked %d times", out, err, s.copies(t), asked)
	}
	if err := errors.Join(store.Close(), store.Close()); err != nil {
		t.Error(err)
	}
	s.empty(t)
	if _, err := run(t, s.path, opt); !errors.Is(err, verify.ErrClosed) {
		t.Error(err)
	}
}

// What runs stays until it has ended, also when the store is closed before.
func TestStoreClosesUnderAProcess(t *testing.T) {
	s := newStage(t)
	write(t, s.path, []byte("#!/bin/sh\nread line\n"))
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	store := &verify.Store{Dir: s.tmp}
	p, err := launch.Command(s.path, launch.Stdin(r), store.With(verify.Func(func(context.Context, verify.Candidate) error { return nil }))).
		Launch(t.Context(), launch.Request{})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil || s.copies(t) != 1 {
		t.Errorf("%v, %d copies", err, s.copies(t))
	}
	w.Close()
	<-p.Done()
	s.empty(t)
}

// What does not pass is not kept.
func TestStoreKeepsNothingRefused(t *testing.T) {
	s := newStage(t)
	no := errors.New("not today")
	opt := verify.With(verify.Func(func(context.Context, verify.Candidate) error { return no }))
	if _, err := run(t, s.path, opt); !errors.Is(err, no) {
		t.Error(err)
	}
	s.empty(t)
}

func TestStoreConcurrentSafe(t *testing.T) {
	s := newStage(t)
	store := &verify.Store{Dir: s.tmp}
	for _, opt := range []launch.Option{verify.SHA256(sha256.Sum256(s.good)), store.With(verify.Sum(sha256.Sum256(s.good)))} {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 5 {
					if out, err := run(t, s.path, opt); err != nil || !strings.HasPrefix(out, "good ") {
						t.Errorf("%q, %v", out, err)
					}
				}
			})
		}
		all.Wait()
	}
	if n := s.copies(t); n != 1 {
		t.Errorf("%d copies", n)
	}
	store.Close()
	s.empty(t)
}

// What a killed host left is removed, and what a living one has, or another made, is not.
func TestStoreSweeps(t *testing.T) {
	s := newStage(t)
	dir := func(name string, lock bool) string {
		path := filepath.Join(s.tmp, "tenon-verified-"+name)
		if err := os.MkdirAll(filepath.Join(path, "1"), 0o700); err != nil {
			t.Fatal(err)
		}
		if lock {
			write(t, filepath.Join(path, "host"), nil)
		}
		return path
	}
	dead, young, open := dir("dead", true), dir("young", false), dir("open", true)
	os.Chmod(open, 0o755) // not of our making
	target := t.TempDir()
	write(t, filepath.Join(target, "host"), nil)
	os.Symlink(target, filepath.Join(s.tmp, "tenon-verified-link"))
	living := &verify.Store{Dir: s.tmp}
	defer living.Close()
	all := verify.Func(func(context.Context, verify.Candidate) error { return nil })
	for range 2 {
		if _, err := run(t, s.path, living.With(all)); err != nil {
			t.Fatal(err)
		}
		if _, err := run(t, s.path, verify.With(all)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(dead); err == nil {
		t.Error("a dead host's copies are left")
	}
	for _, path := range []string{young, open, filepath.Join(target, "host")} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%v: it was not ours to remove", err)
		}
	}
	if s.copies(t) != 1 {
		t.Errorf("%d copies of the living host", s.copies(t))
	}
}

// A host that is killed holds no lock any more, whatever its plugins do.
func TestLockIsNotInherited(t *testing.T) {
	s := newStage(t)
	write(t, s.path, []byte("#!/bin/sh\nls -l /proc/self/fd\n"))
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("this system does not list descriptors in /proc")
	}
	out, err := run(t, s.path, verify.With(verify.Func(func(context.Context, verify.Candidate) error { return nil })))
	if err != nil || strings.Contains(out, "tenon-verified-") && strings.Contains(out, "/host") {
		t.Errorf("%s, %v", out, err)
	}
}

// The whole of sha256sum's output is understood, names with odd bytes included.
func TestSumsFromTheCommand(t *testing.T) {
	command, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("sha256sum is not installed")
	}
	s := newStage(t)
	odd := "od\\d\nname"
	write(t, filepath.Join(s.dir, odd), s.good)
	for _, flag := range []string{"--text", "--binary"} {
		cmd := exec.Command(command, flag, "plugin", odd)
		cmd.Dir = s.dir
		text, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		sums, err := verify.ParseSums(append([]byte("# ours\n\n"), text...))
		if err != nil || len(sums) != 2 || sums[odd] != sha256.Sum256(s.good) || sums["plugin"] != sums[odd] {
			t.Errorf("%q: %v, %v", text, sums, err)
		}
		list := filepath.Join(s.dir, "SHA256SUMS")
		write(t, list, bytes.ReplaceAll(text, []byte("plugin"), []byte("dist/plugin")))
		if out, err := run(t, s.path, verify.File(list)); err != nil || !strings.HasPrefix(out, "good ") {
			t.Errorf("%q, %v", out, err)
		}
	}
}
