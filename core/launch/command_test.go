//go:build unix && !aix && !solaris

package launch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
)

func TestManyStartsConcurrentSafe(t *testing.T) {
	leaks(t)
	l := self(t, "echo")
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			p, err := l.Launch(context.Background(), launch.Request{Link: true})
			if err != nil {
				t.Error(err)
				return
			}
			echo(t, p.Link())
			// A sibling that had inherited the host's end would keep this from ending.
			p.Link().Close()
			if exit := wait(t, p); exit.String() != "exit code 0" {
				t.Error(exit)
			}
		})
	}
	wg.Wait()
}

// TestSiblingsDoNotShareLinks starts one plugin in the middle of the start of another
// one, when the end for that one is open in the host.
func TestSiblingsDoNotShareLinks(t *testing.T) {
	leaks(t)
	var sibling launch.Process
	first := start(t, "echo", launch.Request{Link: true}, launch.Attr(func(*exec.Cmd) {
		sibling = start(t, "echo", launch.Request{Link: true})
	}))
	echo(t, first.Link())
	echo(t, sibling.Link())
	first.Kill()
	wait(t, first)
	first.Link().SetReadDeadline(time.Now().Add(guard))
	if _, err := first.Link().Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the sibling holds the other end of the link open")
	}
	echo(t, sibling.Link())
}

func TestCancelledStartsLeaveNothing(t *testing.T) {
	leaks(t)
	l := self(t, "echo")
	if p, err := l.Launch(cancelled(), launch.Request{Link: true}); p != nil || !errors.Is(err, context.Canceled) {
		t.Fatal(p, err)
	}
	// Ends at any point of the start.
	var started, stopped int
	for range 40 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		p, err := l.Launch(ctx, launch.Request{Link: true})
		switch {
		case err == nil:
			started++
			p.Link().Close()
			wait(t, p)
		case errors.Is(err, context.Canceled) && p == nil:
			stopped++
		default:
			t.Fatal(p, err)
		}
	}
	t.Logf("%d started, %d stopped", started, stopped)
}

func TestContextEndsDuringStart(t *testing.T) {
	leaks(t)
	ctx, cancel := context.WithCancel(t.Context())
	l := self(t, "wait", launch.Attr(func(*exec.Cmd) { cancel() }))
	p, err := l.Launch(ctx, launch.Request{Link: true})
	if p != nil || !errors.Is(err, context.Canceled) {
		t.Fatal(p, err)
	}
}

func TestOutputIsReadInConstantMemory(t *testing.T) {
	leaks(t)
	var n atomic.Int64
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p := start(t, "spill", launch.Request{Stdout: count{&n}})
	wait(t, p)
	runtime.ReadMemStats(&after)
	if n.Load() != 64<<20 {
		t.Errorf("%d bytes arrived", n.Load())
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Errorf("%d bytes were allocated on the way", used)
	}
}

type count struct{ n *atomic.Int64 }

func (c count) Write(p []byte) (int, error) { c.n.Add(int64(len(p))); return len(p), nil }

func TestWriterThatGivesUp(t *testing.T) {
	leaks(t)
	p := start(t, "spill", launch.Request{Stdout: goexit{}})
	if exit := wait(t, p); exit.Code != 0 || exit.Signal != nil {
		t.Error(exit)
	}
}

type goexit struct{}

func (goexit) Write([]byte) (int, error) { runtime.Goexit(); return 0, nil }

func TestExitCodesAndSignals(t *testing.T) {
	leaks(t)
	if _, exit := run(t, "exit3"); exit.Code != 3 || exit.Signal != nil || exit.Err != nil || exit.String() != "exit code 3" {
		t.Errorf("%+v", exit)
	}
	if _, exit := run(t, "abort"); exit.Code != -1 || exit.Signal != syscall.SIGTERM {
		t.Errorf("%+v", exit)
	}
	p := start(t, "echo", launch.Request{Link: true})
	if err := p.Kill(); err != nil {
		t.Error(err)
	}
	if exit := wait(t, p); exit.Signal != os.Kill || exit.String() != "signal: killed" {
		t.Errorf("%+v", exit)
	}
}

func TestTerminateAsksTheProcess(t *testing.T) {
	leaks(t)
	for _, own := range []bool{true, false} {
		var out buffer
		p := start(t, "wait", launch.Request{Stdout: &out}, launch.Group(own))
		out.await(t, "ready")
		if err := p.Terminate(); err != nil {
			t.Error(err)
		}
		if exit := wait(t, p); exit.Code != 0 || !strings.Contains(out.String(), "terminated") {
			t.Error(exit, out.String())
		}
	}
}

func TestArgsAndDir(t *testing.T) {
	leaks(t)
	exe, _ := os.Executable()
	if out, _ := run(t, "args", launch.Args("a b"), launch.Args("", "--c")); out != fmt.Sprintf("%q", []string{exe, "a b", "", "--c"}) {
		t.Error(out)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PWD", "/wrong")
	if out, _ := run(t, "dir", launch.Dir(dir)); out != dir+" "+dir {
		t.Error(out)
	}
}

func TestRelativePathIsTheHosts(t *testing.T) {
	leaks(t)
	exe, _ := os.Executable()
	t.Chdir(filepath.Dir(exe))
	for _, path := range []string{"./" + filepath.Base(exe), filepath.Base(exe)} {
		t.Setenv("PATH", filepath.Dir(exe))
		p, err := launch.Command(path, launch.Dir("/"), launch.Setenv("LAUNCH_ROLE=exit3")).Launch(t.Context(), launch.Request{})
		if err != nil {
			t.Fatal(err)
		}
		if exit := wait(t, p); exit.Code != 3 {
			t.Error(path, exit)
		}
	}
}

func TestEnvironmentPolicies(t *testing.T) {
	leaks(t)
	t.Setenv("LAUNCH_TEST_A", "host")
	t.Setenv("LAUNCH_TEST_B", "host")
	t.Setenv(launch.LinkEnv, "fd:99")
	tests := []struct {
		name string
		opts []launch.Option
		want []string // of the variables named LAUNCH_TEST_…
	}{
		{"default", nil, []string{"LAUNCH_TEST_A=host", "LAUNCH_TEST_B=host"}},
		{"none", []launch.Option{launch.Env(launch.NoEnv())}, nil},
		{"some", []launch.Option{launch.Env(launch.AllowEnv("LAUNCH_TEST_B"))}, []string{"LAUNCH_TEST_B=host"}},
		{"caller wins", []launch.Option{launch.Setenv("LAUNCH_TEST_A=1", "LAUNCH_TEST_A=caller")}, []string{"LAUNCH_TEST_A=caller", "LAUNCH_TEST_B=host"}},
		{"request wins", []launch.Option{launch.Setenv("LAUNCH_TEST_R=caller")}, []string{"LAUNCH_TEST_A=host", "LAUNCH_TEST_B=host", "LAUNCH_TEST_R=request"}},
		{"request wins over Attr", []launch.Option{launch.Attr(func(c *exec.Cmd) {
			c.Env = []string{"LAUNCH_ROLE=env", "LAUNCH_TEST_R=attr", launch.LinkEnv + "=attr"}
		})}, []string{"LAUNCH_TEST_R=request"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out buffer
			req := launch.Request{Stdout: &out, Env: []string{"LAUNCH_TEST_R=request"}}
			wait(t, start(t, "env", req, tt.opts...))
			want := tt.want
			if !slices.Contains(want, "LAUNCH_TEST_R=request") {
				want = append(want, "LAUNCH_TEST_R=request")
			}
			var got []string
			for line := range strings.Lines(out.String()) {
				if strings.HasPrefix(line, "LAUNCH_TEST_") {
					got = append(got, strings.TrimSpace(line))
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			if n := strings.Count(out.String(), launch.LinkEnv+"="); n != 1 || !strings.Contains(out.String(), launch.LinkEnv+"=listen\n") {
				t.Errorf("%s: %q", launch.LinkEnv, out.String())
			}
		})
	}
}

func TestBadEnvironmentIsRefused(t *testing.T) {
	leaks(t)
	_, err := launch.Command("/bin/true", launch.Setenv("A=1", "secret")).Launch(t.Context(), launch.Request{})
	if err == nil || !strings.Contains(err.Error(), "entry 1 of Setenv") || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
	_, err = launch.Command("/bin/true").Launch(t.Context(), launch.Request{Env: []string{"A=\x00"}})
	if err == nil || !strings.Contains(err.Error(), "entry 0 of Request.Env") {
		t.Error(err)
	}
}

func TestStdin(t *testing.T) {
	leaks(t)
	if out, exit := run(t, "cat"); out != "" || exit.Code != 0 {
		t.Error(out, exit)
	}
	if out, _ := run(t, "cat", launch.Stdin(strings.NewReader("text"))); out != "text" {
		t.Error(out)
	}
	path := filepath.Join(t.TempDir(), "in")
	os.WriteFile(path, []byte("file"), 0o600)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if out, _ := run(t, "cat", launch.Stdin(file)); out != "file" {
		t.Error(out)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Error("the host's file was closed:", err)
	}
	r, w := io.Pipe()
	if _, exit := run(t, "exit3", launch.Stdin(r)); exit.Code != 3 {
		t.Error(exit)
	}
	if _, err := w.Write([]byte("x")); err == nil {
		t.Error("the reader was not closed at the end of the plugin")
	}
	if out, exit := run(t, "cat", launch.Stdin(panicReader{})); out != "" || exit.Code != 0 {
		t.Error(out, exit)
	}
}

type panicReader struct{}

func (panicReader) Read([]byte) (int, error) { panic("no") }

func TestExtraFilesComeBeforeTheLink(t *testing.T) {
	leaks(t)
	path := filepath.Join(t.TempDir(), "extra")
	os.WriteFile(path, []byte("extra"), 0o600)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out buffer
	p := start(t, "extra", launch.Request{Stdout: &out, Link: true}, launch.ExtraFiles(file))
	wait(t, p)
	if out.String() != "extra fd:4" {
		t.Error(out.String())
	}
}

func TestPluginsChildrenDoNotInheritTheLink(t *testing.T) {
	leaks(t)
	var out, errs buffer
	p := start(t, "descriptors", launch.Request{Stdout: &out, Stderr: &errs, Link: true})
	wait(t, p)
	if got := out.String(); !strings.Contains(got, " 2 -> ") || strings.Contains(got, "socket:") {
		t.Errorf("descriptors %s, stderr %q", got, errs.String())
	}
}
