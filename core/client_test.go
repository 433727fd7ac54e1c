package tenon_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

func TestCallAPlugin(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "plugin", nil)
	g := bind(t, c)
	if pong, err := g.Ping(t.Context()); err != nil || pong != "pong" {
		t.Fatalf("Ping: %q, %v", pong, err)
	}
	if hello, err := g.Greet(t.Context(), "you"); err != nil || hello != "hello, you" {
		t.Fatalf("Greet: %q, %v", hello, err)
	}
	if _, err := g.Greet(t.Context(), ""); !errors.Is(err, tenon.InvalidArgument) {
		t.Fatalf("Greet nobody: %v", err)
	}
	info := c.Info()
	pid, err := g.PID(t.Context())
	if err != nil || pid != info.PID || pid == os.Getpid() {
		t.Errorf("the plugin has pid %d, %v; Info says %d", pid, err, info.PID)
	}
	if info.Name != "test-plugin" || info.Release != "1.2.3" || info.Transport != "direct/1" || info.Link != "socketpair" ||
		!slices.Equal(info.Codecs, []string{"json"}) || info.Version != 1 || info.Generation != 1 {
		t.Errorf("Info is %+v", info)
	}
	if _, err := c.Ping(t.Context()); err != nil {
		t.Errorf("Ping of the client: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if c.State() != tenon.Stopped || !errors.Is(c.Err(), tenon.ErrStopped) || c.Wait(t.Context()) != nil {
		t.Errorf("after Close it is %v, %v", c.State(), c.Err())
	}
	if _, err := g.Ping(t.Context()); !errors.Is(err, tenon.Unavailable) {
		t.Errorf("a call after Close: %v", err)
	}
	if err := c.Start(t.Context()); !errors.Is(err, tenon.ErrStopped) {
		t.Errorf("Start after Close: %v", err)
	}
}

func TestBootstrapStaysWithThePlugin(t *testing.T) {
	g := bind(t, newClient(t, "plugin", nil))
	env, err := g.Environ(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range env {
		if strings.HasPrefix(v, launch.LinkEnv+"=") || strings.HasPrefix(v, cookie.Key+"=") {
			t.Errorf("a child of the plugin would see %s", v)
		}
	}
}

func TestListeningLink(t *testing.T) {
	leak.Check(t)
	dir, err := os.MkdirTemp("", "l") // a short path, since sockets have short names
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("TMPDIR", dir)
	var out strings.Builder
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		inner := cfg.Launcher
		cfg.Stdout = &out
		cfg.Launcher = launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
			req.Link = false
			return inner.Launch(ctx, req)
		})
	})
	g := bind(t, c)
	if pong, err := g.Ping(t.Context()); err != nil || pong != "pong" {
		t.Fatalf("Ping: %q, %v", pong, err)
	}
	if link := c.Info().Link; link != "unix" {
		t.Errorf("the link is %q", link)
	}
	if err := g.Print(t.Context(), "after\n", ""); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if out.String() != "after\n" {
		t.Errorf("stdout gave %q", out.String())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestConnThatExistsAlready(t *testing.T) {
	leak.Check(t)
	a, b := net.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- tenon.ServeConn(context.Background(), b, tenon.ServeConfig{Cookie: cookie, Services: testServices()})
	}()
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) { cfg.Launcher = launch.Conn(a) })
	g := bind(t, c)
	if pong, err := g.Ping(t.Context()); err != nil || pong != "pong" {
		t.Fatalf("Ping: %q, %v", pong, err)
	}
	c.Close()
	if err := <-served; err != nil {
		t.Errorf("ServeConn returned %v", err)
	}
}

func TestOutputReachesTheHost(t *testing.T) {
	var out, errs strings.Builder
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) { cfg.Stdout, cfg.Stderr = &out, &errs })
	g := bind(t, c)
	if err := g.Print(t.Context(), "one\ntwo", "three"); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if out.String() != "one\ntwo" || errs.String() != "three" {
		t.Errorf("got %q and %q", out.String(), errs.String())
	}
}

func TestCrashExplainsItself(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "plugin", nil)
	g := bind(t, c)
	blocked := make(chan error, 1)
	go func() { blocked <- g.Block(t.Context()) }()
	err := g.Die(t.Context(), "out of cheese")
	crash := as[*tenon.CrashError](t, err)
	if crash.ExitCode != 2 || !strings.Contains(crash.Panic, "out of cheese") || !strings.Contains(crash.Panic, "main_test.go") {
		t.Errorf("got %+v", crash)
	}
	if !strings.Contains(err.Error(), "panic: out of cheese") {
		t.Errorf("the text does not say it: %v", err)
	}
	as[*tenon.CrashError](t, <-blocked)
	<-c.Done()
	as[*tenon.CrashError](t, c.Err())
	as[*tenon.CrashError](t, c.Wait(t.Context()))
	_, err = g.Ping(t.Context())
	as[*tenon.CrashError](t, err)
	if c.State() != tenon.Crashed {
		t.Errorf("the state is %v", c.State())
	}
}

func TestExitInAHandler(t *testing.T) {
	g := bind(t, newClient(t, "plugin", nil))
	if crash := as[*tenon.CrashError](t, g.Exit(t.Context(), 7)); crash.ExitCode != 7 {
		t.Errorf("got %+v", crash)
	}
}

func TestKilledPlugin(t *testing.T) {
	c := newClient(t, "plugin", nil)
	g := bind(t, c)
	blocked := make(chan error, 1)
	go func() { blocked <- g.Block(t.Context()) }()
	for c.Stats().Calls == 0 {
		time.Sleep(time.Millisecond)
	}
	p, _ := os.FindProcess(c.Info().PID)
	p.Kill()
	crash := as[*tenon.CrashError](t, <-blocked)
	if crash.Signal == nil || crash.Signal.String() != "killed" {
		t.Errorf("got %+v", crash)
	}
	if len(crash.InFlight) != 1 || !strings.Contains(crash.Error(), "signal: killed while ") || !strings.Contains(crash.Error(), ".Block had no answer") {
		t.Errorf("it does not say what was in flight: %v, %v", crash.InFlight, crash)
	}
}

func TestConcurrentSafeStarts(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "plugin", nil)
	pids := make(chan int, 8)
	for range cap(pids) {
		go func() {
			if err := c.Start(t.Context()); err != nil {
				t.Error(err)
			}
			pids <- c.Info().PID
		}()
	}
	first := <-pids
	for range cap(pids) - 1 {
		if pid := <-pids; pid != first {
			t.Errorf("two processes: %d and %d", first, pid)
		}
	}
}
