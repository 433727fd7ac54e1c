//go:build unix

package tenon_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

func init() {
	programs["forker"] = playForker
}

// playForker serves, and has a child in a session of its own that holds the plugin's end of
// the link open: what a fork without an exec leaves in C or Python.
func playForker() {
	var fd int
	if _, err := fmt.Sscanf(os.Getenv(launch.LinkEnv), "fd:%d", &fd); err != nil {
		panic(err)
	}
	copied, err := syscall.Dup(fd)
	if err != nil {
		panic(err)
	}
	link := os.NewFile(uintptr(copied), "copy of the link")
	child := exec.Command("sleep", "1000")
	child.ExtraFiles = []*os.File{link}
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		panic(err)
	}
	link.Close()
	tenon.Main(tenon.ServeConfig{Cookie: cookie, Services: tenon.Services{"forker": dynamic.Service(forker{child: child.Process.Pid})}})
}

type forker struct{ child int }

func (f forker) Child() int            { return f.child }
func (forker) Exit(code int)           { os.Exit(code) }
func (forker) Block(c context.Context) { <-c.Done() }

// TestEndOfTheProcessIsNoticedThoughTheLinkIsHeld: the end of a process is a crash also where
// its link goes on, since nobody is there any more who would answer.
func TestEndOfTheProcessIsNoticedThoughTheLinkIsHeld(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "forker", nil)
	var f struct {
		Child func(context.Context) (int, error)
		Exit  func(context.Context, int) error
		Block func(context.Context) error
	}
	if err := dynamic.Bind(t.Context(), c, "forker", &f); err != nil {
		t.Fatal(err)
	}
	child, err := f.Child(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(child, syscall.SIGKILL)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	blocked := make(chan error, 1)
	go func() { blocked <- f.Block(ctx) }()
	for _, err := range []error{f.Exit(ctx, 3), <-blocked, c.Wait(ctx)} {
		crash := (*tenon.CrashError)(nil)
		if !errors.As(err, &crash) {
			t.Fatalf("got %v", err)
		}
		if !crash.Exited || crash.ExitCode != 3 || !strings.Contains(crash.Error(), "exit code 3 (another process, such as a fork of it, held its link open)") {
			t.Errorf("got %v", err)
		}
	}
	if !alive(child) {
		t.Error("the child is gone: nothing was tried")
	}
}
