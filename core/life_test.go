//go:build unix

package tenon_test

import (
	"bufio"
	"context"
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
)

func init() {
	programs["host"] = playHost
	programs["nanny"] = func() {
		tenon.Main(tenon.ServeConfig{Cookie: cookie, Services: tenon.Services{"nanny": dynamic.Service(nanny{})}})
	}
	programs["deaf"] = func() {
		tenon.Main(tenon.ServeConfig{Cookie: cookie, Services: testServices(), OnShutdown: func(context.Context) { select {} }})
	}
}

// nanny starts children.
type nanny struct{}

// Child starts a process that outlives whoever started it, and returns its pid.
func (nanny) Child() (int, error) {
	cmd := exec.Command("sleep", "1000")
	return startChild(cmd)
}

func startChild(cmd *exec.Cmd) (int, error) {
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	return cmd.Process.Pid, nil
}

// playHost starts a plugin that has a child, says both pids, and waits to be
// killed.
func playHost() {
	os.Setenv(programEnv, "") // not for the plugin
	client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: program("nanny")})
	var n struct{ Child func() (int, error) }
	if err := dynamic.Bind(context.Background(), client, "nanny", &n); err != nil {
		panic(err)
	}
	child, err := n.Child()
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d %d\n", client.Info().PID, child)
	select {}
}

// gone waits until a process is no more, or a zombie that somebody else reaps.
func gone(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); alive(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			syscall.Kill(pid, syscall.SIGKILL)
			t.Fatalf("process %d lives on", pid)
		}
	}
}

func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return !os.IsNotExist(err)
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z")
}

func TestNoOrphansWhenTheHostIsKilled(t *testing.T) {
	for name, signal := range map[string]syscall.Signal{"SIGKILL": syscall.SIGKILL, "SIGTERM": syscall.SIGTERM} {
		host := exec.Command(os.Args[0])
		host.Env = append(os.Environ(), programEnv+"=host")
		host.Stderr = os.Stderr
		out, err := host.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := host.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		var plugin, child int
		fmt.Sscan(line, &plugin, &child)
		if !alive(plugin) || !alive(child) {
			t.Fatalf("%s: the host says %q, and not both are there", name, line)
		}
		host.Process.Signal(signal)
		host.Wait()
		gone(t, plugin)
		gone(t, child)
	}
}

func TestChildrenGoWithThePlugin(t *testing.T) {
	leak.Check(t)
	for name, end := range map[string]func(*tenon.Client){
		"Close": func(c *tenon.Client) { c.Close() },
		"Kill":  (*tenon.Client).Kill,
		"crash": func(c *tenon.Client) { syscall.Kill(c.Info().PID, syscall.SIGKILL); <-c.Done() },
	} {
		c := newClient(t, "nanny", nil)
		var n struct{ Child func() (int, error) }
		if err := dynamic.Bind(t.Context(), c, "nanny", &n); err != nil {
			t.Fatal(err)
		}
		child, err := n.Child()
		if err != nil {
			t.Fatal(err)
		}
		end(c)
		t.Log(name)
		gone(t, child)
	}
}

func TestSignalsOfTheTerminalAreTheHosts(t *testing.T) {
	c := newClient(t, "plugin", nil)
	g := bind(t, c)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		if err := syscall.Kill(c.Info().PID, s); err != nil {
			t.Fatal(err)
		}
	}
	if pong, err := g.Ping(t.Context()); err != nil || pong != "pong" {
		t.Errorf("after the signals: %q, %v", pong, err)
	}
}

func TestStopLadder(t *testing.T) {
	leak.Check(t)
	short := tenon.StopPolicy{Drain: 50 * time.Millisecond, Exit: 50 * time.Millisecond, Terminate: 50 * time.Millisecond}
	for name, role := range map[string]string{"a hook that hangs": "deaf", "a stopped process": "plugin"} {
		c := newClient(t, role, func(cfg *tenon.ClientConfig) { cfg.Stop = short })
		g := bind(t, c)
		if _, err := g.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		pid := c.Info().PID
		if role == "plugin" {
			stand(t, pid)
		}
		if err := c.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if alive(pid) {
			t.Errorf("%s: it lives on", name)
		}
	}
}

func TestCallsReturnFromAStoppedPlugin(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.Stop = tenon.StopPolicy{Drain: -1, Exit: -1, Terminate: -1}
	})
	g := bind(t, c)
	if _, err := g.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	stand(t, c.Info().PID)
	big := strings.Repeat("x", 4<<20) // more than any buffer takes
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if _, err := g.Greet(ctx, big); err == nil {
			t.Error("a stopped plugin answered")
		}
		cancel()
	}
}

func TestManyPlugins(t *testing.T) {
	leak.Check(t)
	clients := make([]*tenon.Client, 20)
	started := make(chan error, len(clients))
	for i := range clients {
		clients[i] = newClient(t, "plugin", nil)
		go func() { started <- clients[i].Start(t.Context()) }()
	}
	for range clients {
		if err := <-started; err != nil {
			t.Error(err)
		}
	}
	for _, c := range clients {
		c.Close()
	}
}

func TestSilentPluginIsKilled(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.Silence, cfg.OnSilence = 200*time.Millisecond, tenon.KillWhenSilent
	})
	g := bind(t, c)
	busy, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := g.Block(busy); c.State() != tenon.Ready {
		t.Fatalf("a call that takes long tripped it: %v", err)
	}
	stand(t, c.Info().PID)
	<-c.Done()
	if crash := as[*tenon.CrashError](t, c.Err()); !crash.Silent || crash.Signal != syscall.SIGKILL {
		t.Errorf("got %+v", crash)
	}
}

// stand stops a process, and waits until it has: the signal takes its time.
func stand(t *testing.T, pid int) {
	t.Helper()
	syscall.Kill(pid, syscall.SIGSTOP)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return // a system without /proc: hope
		}
		if _, after, _ := strings.Cut(string(stat), ") "); strings.HasPrefix(after, "T") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %d does not stop: %s", pid, stat)
		}
	}
}

func TestDebuggingStopsTheTimers(t *testing.T) {
	t.Setenv("TENON_DEBUG", "1")
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.StartTimeout = time.Millisecond
		cfg.Silence, cfg.OnSilence = 10*time.Millisecond, tenon.KillWhenSilent
		cfg.Stop = tenon.StopPolicy{Drain: time.Millisecond, Exit: time.Millisecond, Terminate: time.Millisecond}
	})
	g := bind(t, c)
	pid := c.Info().PID
	stand(t, pid) // as a debugger makes it
	called := make(chan error, 1)
	go func() { _, err := g.Ping(t.Context()); called <- err }()
	time.Sleep(100 * time.Millisecond)
	closed := make(chan error, 1)
	if c.State() != tenon.Ready {
		t.Fatalf("the client is %v", c.State())
	}
	syscall.Kill(pid, syscall.SIGCONT)
	if err := <-called; err != nil {
		t.Errorf("the call: %v", err)
	}
	stand(t, pid)
	go func() { closed <- c.Close() }()
	select {
	case <-closed:
		t.Fatal("Close did not wait for the debugger")
	case <-time.After(100 * time.Millisecond):
	}
	syscall.Kill(pid, syscall.SIGCONT)
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
}

// TestDebuggingLeavesStepsOut: a step that is left out has no timer that could stand still.
func TestDebuggingLeavesStepsOut(t *testing.T) {
	t.Setenv("TENON_DEBUG", "1")
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.Stop = tenon.StopPolicy{Drain: -1, Exit: -1, Terminate: -1}
	})
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	stand(t, c.Info().PID)
	closed := make(chan struct{})
	go func() { c.Close(); close(closed) }()
	select {
	case <-closed:
	case <-time.After(20 * time.Second):
		t.Error("Close waits")
		c.Kill()
	}
}
