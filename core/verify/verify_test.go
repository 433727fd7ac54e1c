//go:build unix && !aix && !solaris

package verify_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/verify"
)

// A stage has a good file where the plugin is expected, and an evil one beside it. Both
// say what they are.
type stage struct {
	dir, path, evil string
	good, bad       []byte
	tmp             string // where copies go
}

func newStage(t *testing.T) *stage {
	t.Helper()
	leak.Check(t)
	s := &stage{dir: t.TempDir(), tmp: t.TempDir()}
	t.Setenv("TMPDIR", s.tmp)
	s.path, s.evil = filepath.Join(s.dir, "plugin"), filepath.Join(s.dir, "evil")
	s.good = []byte("#!/bin/sh\necho good $0\n")
	s.bad = []byte("#!/bin/sh\necho evil; touch " + s.dir + "/evil-ran\n")
	write(t, s.path, s.good)
	write(t, s.evil, s.bad)
	t.Cleanup(func() {
		if _, err := os.Stat(s.dir + "/evil-ran"); err == nil {
			t.Error("what was not verified ran")
		}
	})
	return s
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o755); err != nil {
		t.Fatal(err)
	}
}

// swap puts another file in the place of the plugin.
func (s *stage) swap(t *testing.T) {
	t.Helper()
	write(t, s.dir+"/next", s.bad)
	if err := os.Rename(s.dir+"/next", s.path); err != nil {
		t.Fatal(err)
	}
}

// overwrite writes into the plugin's file in place.
func (s *stage) overwrite(t *testing.T) {
	t.Helper()
	f, err := os.OpenFile(s.path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(s.bad); err != nil {
		t.Fatal(err)
	}
}

// run starts the plugin and returns what it printed.
func run(t *testing.T, path string, opts ...launch.Option) (string, error) {
	t.Helper()
	var out bytes.Buffer
	p, err := launch.Command(path, opts...).Launch(t.Context(), launch.Request{Stdout: &out})
	if err != nil {
		return "", err
	}
	<-p.Done()
	if p.Info().Path != path {
		t.Errorf("it is called %s", p.Info().Path)
	}
	return out.String(), nil
}

// empty holds that nothing is left where copies go.
func (s *stage) empty(t *testing.T) {
	t.Helper()
	if left, _ := filepath.Glob(s.tmp + "/*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWhatIsVerifiedRuns(t *testing.T) {
	s := newStage(t)
	sum := sha256.Sum256(s.good)
	for name, opt := range map[string]launch.Option{"sum": verify.SHA256(sum), "digits": verify.Hex(hex.EncodeToString(sum[:]))} {
		out, err := run(t, s.path, opt)
		if err != nil || !strings.HasPrefix(out, "good "+s.tmp+"/tenon-verified-") || !strings.HasSuffix(out, "/plugin\n") {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
	s.empty(t)
}

// The file is changed after it was verified, in each way there is, and before it is
// executed: the good one runs all the same.
func TestChangedBetweenCheckAndExec(t *testing.T) {
	for name, change := range map[string]func(*stage, *testing.T){
		"swapped":     (*stage).swap,
		"overwritten": (*stage).overwrite,
		"removed":     func(s *stage, _ *testing.T) { os.Remove(s.path) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			sum := verify.Sum(sha256.Sum256(s.good))
			v := verify.Func(func(ctx context.Context, file verify.Candidate) error {
				defer change(s, t)
				return sum.Verify(ctx, file)
			})
			if out, err := run(t, s.path, verify.With(v)); err != nil || !strings.HasPrefix(out, "good ") {
				t.Errorf("%q, %v", out, err)
			}
			s.empty(t)
		})
	}
}

// It is changed before it is verified: nothing runs.
func TestChangedBeforeTheCheck(t *testing.T) {
	for name, change := range map[string]func(*stage, *testing.T){
		"swapped":     (*stage).swap,
		"overwritten": (*stage).overwrite,
		"linked":      func(s *stage, t *testing.T) { os.Remove(s.path); os.Symlink(s.evil, s.path) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			change(s, t)
			_, err := run(t, s.path, verify.SHA256(sha256.Sum256(s.good)))
			var start *launch.StartError
			var sum *verify.SumError
			if !errors.As(err, &start) || start.Path != s.path || !errors.As(err, &sum) || sum.Want != sha256.Sum256(s.good) {
				t.Errorf("got %v", err)
			}
			if text := fmt.Sprint(err); !strings.Contains(text, "did not pass its verification: its SHA-256 is ") || !strings.Contains(text, "and the sum that was given is ") {
				t.Errorf("it says %q", text)
			}
			s.empty(t)
		})
	}
}

// The file changes all the time, in both ways, while it is started again and again:
// each start runs the good one, or none.
func TestChangedAllTheTime(t *testing.T) {
	s := newStage(t)
	// Of equal length, so that a write in place can make one of the other.
	s.good = append(s.good, bytes.Repeat([]byte("#"), 64<<10)...)
	s.bad = append(s.bad, bytes.Repeat([]byte("#"), len(s.good)-len(s.bad))...)
	var stop atomic.Bool
	var changing sync.WaitGroup
	changing.Go(func() {
		for i := 0; !stop.Load(); i++ {
			content := s.good
			if i%2 == 0 {
				content = s.bad
			}
			if i%3 == 0 {
				write(t, s.dir+"/next", content)
				os.Rename(s.dir+"/next", s.path)
				continue
			}
			if f, err := os.OpenFile(s.path, os.O_WRONLY, 0); err == nil {
				f.Write(content)
				f.Close()
			}
		}
	})
	opt := verify.SHA256(sha256.Sum256(s.good))
	ran := 0
	for range 100 {
		out, err := run(t, s.path, opt)
		switch {
		case err == nil && strings.HasPrefix(out, "good "):
			ran++
		case err == nil:
			t.Errorf("it printed %q", out)
		case !errors.As(err, new(*verify.SumError)):
			t.Errorf("got %v", err)
		}
	}
	stop.Store(true)
	changing.Wait()
	t.Logf("%d of 100 starts found the good file", ran)
	s.empty(t)
}

func TestWhatCannotBeVerified(t *testing.T) {
	s := newStage(t)
	sum := verify.SHA256(sha256.Sum256(s.good))
	pipe := filepath.Join(s.dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o755); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		pipe:            "is no regular file",
		s.dir:           "is no regular file",
		s.dir + "/none": "no such file",
	} {
		if _, err := run(t, path, sum); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := run(t, s.path, verify.Hex("abc")); err == nil || !strings.Contains(err.Error(), "no SHA-256 in 64 hexadecimal digits") {
		t.Error(err)
	}
	if _, err := run(t, s.path, verify.Hex("abcd")); err == nil || !strings.Contains(err.Error(), "it has 2 bytes") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	v := verify.Func(func(context.Context, verify.Candidate) error { cancel(); return ctx.Err() })
	if p, err := launch.Command(s.path, verify.With(v)).Launch(ctx, launch.Request{}); p != nil || !errors.Is(err, context.Canceled) {
		t.Error(p, err)
	}
	t.Setenv("TMPDIR", s.dir+"/none")
	if _, err := run(t, s.path, sum); err == nil || !strings.Contains(err.Error(), "there is no place for its verified copy") {
		t.Error(err)
	}
	t.Setenv("TMPDIR", s.tmp)
	s.empty(t)
}

// The copy is this user's alone, and nobody can write to it.
func TestCopyIsPrivate(t *testing.T) {
	s := newStage(t)
	v := verify.Func(func(_ context.Context, file verify.Candidate) error {
		info, err := os.Stat(file.Copy)
		if err != nil || info.Mode().Perm() != 0o500 || info.Size() != file.Size || file.Size != int64(len(s.good)) || file.Path != s.path {
			t.Errorf("%+v: %v, %v", file, info.Mode(), err)
		}
		for dir := filepath.Dir(file.Copy); dir != s.tmp; dir = filepath.Dir(dir) {
			if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("%s: %v, %v", dir, info.Mode(), err)
			}
		}
		return nil
	})
	if _, err := run(t, s.path, verify.With(v)); err != nil {
		t.Error(err)
	}
}
