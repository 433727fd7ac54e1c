//go:build unix

package tenon_test

import (
	"context"
	"errors"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

// TestCrashThatCannotBeSeen has a host whose own doing keeps it from seeing exit codes: the
// error says that, and not that the exit code was -1.
func TestCrashThatCannotBeSeen(t *testing.T) {
	ignoreChildren(t)
	c := newClient(t, "plugin", nil)
	g := bind(t, c)
	crash := as[*tenon.CrashError](t, g.Die(t.Context(), "out of cheese"))
	for _, want := range []string{"could not be observed", "SIGCHLD", "panic: out of cheese"} {
		if !strings.Contains(crash.Error(), want) {
			t.Errorf("%q is not in: %v", want, crash)
		}
	}
	if strings.Contains(crash.Error(), "code -1") {
		t.Error(crash)
	}
}

// TestServeFunctionThatFails runs a plugin in this process: what its function returned is how
// it ended.
func TestServeFunctionThatFails(t *testing.T) {
	fail := make(chan struct{})
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.Launcher = launch.InProcess(func(ctx context.Context, link net.Conn) error {
			go tenon.ServeConn(ctx, link, tenon.ServeConfig{Cookie: cookie, Services: testServices()})
			<-fail
			return errors.New("the licence has expired")
		})
	})
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(fail)
	if err := c.Wait(t.Context()); err == nil || !strings.Contains(err.Error(), "the licence has expired") {
		t.Errorf("it ended with: %v", err)
	}
}

// ignoreChildren lets the system reap the children of this process until the test has ended.
func ignoreChildren(t *testing.T) {
	heed := func() { // signal.Reset would leave it ignored
		caught := make(chan os.Signal, 1)
		signal.Notify(caught, syscall.SIGCHLD)
		signal.Stop(caught)
	}
	heed() // the goroutine that this leaves is none of a test's
	signal.Ignore(syscall.SIGCHLD)
	t.Cleanup(heed)
}
