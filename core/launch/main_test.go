//go:build unix && !aix && !solaris

package launch_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/launch/launchtest"
)

// guard ends a test that would hang; nothing is measured against it.
const guard = 60 * time.Second

func TestMain(m *testing.M) {
	launchtest.Main()
	if role := os.Getenv("LAUNCH_ROLE"); role != "" {
		os.Exit(play(role))
	}
	os.Exit(m.Run())
}

// start runs the test binary in a role.
func start(t *testing.T, role string, req launch.Request, opts ...launch.Option) launch.Process {
	t.Helper()
	p, err := self(t, role, opts...).Launch(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if link := p.Link(); link != nil {
			link.Close()
		}
		p.Kill()
		wait(t, p)
	})
	return p
}

func self(t *testing.T, role string, opts ...launch.Option) launch.Launcher {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	opts = append(opts, launch.Setenv("LAUNCH_ROLE="+role, "GORACE=atexit_sleep_ms=0"))
	return launch.Command(exe, opts...)
}

func wait(t *testing.T, p launch.Process) launch.Exit {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(guard):
		t.Error("Done was not closed")
	}
	return p.Exit()
}

// run starts a role and returns what it printed.
func run(t *testing.T, role string, opts ...launch.Option) (stdout string, exit launch.Exit) {
	t.Helper()
	var out, errs buffer
	p := start(t, role, launch.Request{Stdout: &out, Stderr: &errs}, opts...)
	exit = wait(t, p)
	if errs.String() != "" {
		t.Logf("stderr: %s", errs.String())
	}
	return out.String(), exit
}

// buffer is a bytes.Buffer that may be looked at while it is written.
type buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// await waits until b holds text.
func (b *buffer) await(t *testing.T, text string) {
	t.Helper()
	eventually(t, "the output "+text, func() bool { return strings.Contains(b.String(), text) })
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(guard); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// leaks fails the test if it ends with more goroutines, open files or children than it
// began with. Call it first.
func leaks(t *testing.T) {
	t.Helper()
	r, w, err := os.Pipe() // what the runtime opens for its poller is no leak
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	w.Close()
	// The collector closes what was forgotten, sooner or later.
	percent := debug.SetGCPercent(-1)
	goroutines, files := runtime.NumGoroutine(), openFiles()
	t.Cleanup(func() {
		defer debug.SetGCPercent(percent)
		var nowG int
		var nowF []string
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
			nowG, nowF = runtime.NumGoroutine(), openFiles()
			if nowG <= goroutines && len(nowF) <= len(files) {
				break
			}
			if time.Now().After(end) {
				buf := make([]byte, 64<<10)
				t.Errorf("goroutines %d -> %d, files %v -> %v\n%s", goroutines, nowG, files, nowF, buf[:runtime.Stack(buf, true)])
				break
			}
		}
		if child := anyChild(); child != 0 {
			t.Errorf("process %d is left", child)
		}
	})
}

func openFiles() []string {
	entries, _ := os.ReadDir("/proc/self/fd")
	var files []string
	for _, e := range entries {
		if target, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil {
			files = append(files, target)
		}
	}
	return files
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 90
}

// echo sends one message over a link and expects it back.
func echo(t *testing.T, link io.ReadWriter) {
	t.Helper()
	if _, err := io.WriteString(link, "ping"); err != nil {
		t.Error(err)
		return
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(link, got); err != nil || string(got) != "ping" {
		t.Errorf("got %q, %v", got, err)
	}
}
