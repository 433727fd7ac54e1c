package tenon_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

// Each start that cannot succeed: a typed error that says what happened and what
// to do, and nothing left behind.
func TestStartErrors(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "plugin.txt")
	if err := os.WriteFile(text, []byte("no program\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	unexecutable := filepath.Join(dir, "unexecutable")
	if err := os.WriteFile(unexecutable, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(dir, "foreign")
	if err := os.WriteFile(foreign, foreignELF(), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		launcher launch.Launcher
		timeout  time.Duration
		is       error
		want     []string
	}{
		"no such file":        {launcher: launch.Command(filepath.Join(dir, "missing")), is: fs.ErrNotExist, want: []string{"missing"}},
		"a directory":         {launcher: launch.Command(dir), want: []string{"directory"}},
		"not executable":      {launcher: launch.Command(unexecutable), is: fs.ErrPermission, want: []string{"chmod"}},
		"a text":              {launcher: launch.Command(text), want: []string{"plugin.txt"}},
		"wrong architecture":  {launcher: launch.Command(foreign), want: []string{"riscv64", runtime.GOARCH}},
		"killed":              {launcher: launch.Command("/bin/sh", launch.Args("-c", "kill -9 $$")), want: []string{"signal: killed", "not by this host; the system does that when memory runs out"}},
		"no plugin":           {launcher: launch.Command("/bin/true"), want: []string{"ended before it was ready (exit code 0)", "is it a plugin"}},
		"exits at once":       {launcher: program("exit3"), want: []string{"exit code 3", "cannot open the database"}},
		"panics":              {launcher: program("panic"), want: []string{"exit code 2", "panic: no configuration"}},
		"says nothing":        {launcher: program("silent"), timeout: 300 * time.Millisecond, is: context.DeadlineExceeded, want: []string{"not ready within 300ms"}},
		"prints for ever":     {launcher: program("flood"), timeout: 5 * time.Second, is: context.DeadlineExceeded, want: []string{"not ready within", "xxx"}},
		"says something else": {launcher: program("garbage"), want: []string{`begins with "HTTP`, "made with Tenon"}},
	} {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: c.launcher, StartTimeout: c.timeout})
			defer client.Close()
			err := client.Start(t.Context())
			as[*tenon.StartError](t, err)
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("errors.Is does not find %v in %v", c.is, err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in:\n%v", want, err)
				}
			}
			if client.State() != tenon.New {
				t.Errorf("the client is %v", client.State())
			}
		})
	}
}

// foreignELF is the header of a program for another machine.
func foreignELF() []byte {
	b := make([]byte, 64)
	copy(b, "\x7fELF\x02\x01\x01")
	b[16], b[18], b[20] = 2, 243, 1 // an executable for RISC-V
	b[52] = 64
	return b
}

func TestWrongCookie(t *testing.T) {
	client := tenon.NewClient(tenon.ClientConfig{Cookie: tenon.Cookie{Key: "OTHER", Value: "1"}, Launcher: program("plugin")})
	defer client.Close()
	err := client.Start(t.Context())
	start := as[*tenon.StartError](t, err)
	if start.Exit.Code != 2 || !strings.Contains(err.Error(), "cookie") || !strings.Contains(start.Stderr, "this program is a plugin") {
		t.Errorf("got %v", err)
	}
}

func TestStartIsCanceled(t *testing.T) {
	leak.Check(t)
	client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: program("silent")})
	ctx, cancel := context.WithCancel(t.Context())
	errs := make(chan error, 1)
	go func() { errs <- client.Start(ctx) }()
	for client.State() != tenon.Starting {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-errs; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	client.Close()
	if client.State() != tenon.Stopped {
		t.Errorf("the client is %v", client.State())
	}
}

func TestCloseWhileStarting(t *testing.T) {
	leak.Check(t)
	for name, end := range map[string]func(*tenon.Client){
		"Close": func(c *tenon.Client) { c.Close() },
		"Kill":  (*tenon.Client).Kill,
	} {
		client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: program("silent")})
		errs := make(chan error, 1)
		go func() { errs <- client.Start(t.Context()) }()
		for client.State() != tenon.Starting {
			time.Sleep(time.Millisecond)
		}
		end(client)
		if err := <-errs; !errors.Is(err, tenon.ErrStopped) {
			t.Errorf("%s: Start returned %v", name, err)
		}
	}
}

func TestStartIsTriedAgain(t *testing.T) {
	leak.Check(t)
	plugin, broken := program("plugin"), program("exit3")
	first := true
	client := newClient(t, "", func(cfg *tenon.ClientConfig) {
		cfg.Launcher = launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
			if first {
				first = false
				return broken.Launch(ctx, req)
			}
			return plugin.Launch(ctx, req)
		})
	})
	as[*tenon.StartError](t, client.Start(t.Context()))
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if g := client.Info().Generation; g != 2 {
		t.Errorf("the generation is %d", g)
	}
}

func TestConfigErrors(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  tenon.ClientConfig
		want string
	}{
		"no cookie":   {tenon.ClientConfig{Launcher: program("plugin")}, "cookie"},
		"no launcher": {tenon.ClientConfig{Cookie: cookie}, "launcher"},
		"bad version": {tenon.ClientConfig{Cookie: cookie, Launcher: program("plugin"), Versions: []int{0}}, "version"},
		"bad limit":   {tenon.ClientConfig{Cookie: cookie, Launcher: program("plugin"), Limits: tenon.Limits{Message: -1}}, "Message"},
		"bad service": {tenon.ClientConfig{Cookie: cookie, Launcher: program("plugin"), Services: tenon.Services{"x": nil}}, `"x"`},
	} {
		client := tenon.NewClient(c.cfg)
		if err := client.Start(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", name, err)
		}
		client.Close()
	}
}
