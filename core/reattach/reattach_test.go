//go:build linux

package reattach

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

// The test binary plays plugins, and hosts that are killed.
const roleEnv = "TENON_REATTACH_TEST"

var cookie = tenon.Cookie{Key: "REATTACH_TEST_PLUGIN", Value: "7d1"}

func TestMain(m *testing.M) {
	switch role, info, _ := strings.Cut(os.Getenv(roleEnv), ":"); role {
	case "":
		os.Setenv("GORACE", "atexit_sleep_ms=0")
		os.Exit(m.Run())
	case "plugin":
		playPlugin(Keeper())
	case "unkept":
		playPlugin(nil)
	case "busy":
		tenon.Main(tenon.ServeConfig{
			Cookie: cookie, Services: tenon.Services{"counter": dynamic.Service(&counter{})}, Keeper: Keeper(),
			Background: func(context.Context, *tenon.Host) { select {} },
			OnShutdown: func(context.Context) { fmt.Println("shut down") },
		})
	case "host":
		playHost(info)
	}
}

func playPlugin(k tenon.Keeper) {
	tenon.Main(tenon.ServeConfig{
		Cookie: cookie, Services: tenon.Services{"counter": dynamic.Service(&counter{})}, Name: "counter", Keeper: k,
		OnShutdown: func(context.Context) { fmt.Println("shut down") },
	})
}

// counter holds what must survive its hosts.
type counter struct{ n atomic.Int64 }

func (c *counter) Add(n int64) int64 { return c.n.Add(n) }
func (c *counter) PID() int          { return os.Getpid() }
func (c *counter) Wait(ctx context.Context) {
	c.n.Add(100)
	<-ctx.Done()
}
func (c *counter) Print(text string) { fmt.Print(text); fmt.Fprint(os.Stderr, "err "+text) }

// PrintLater prints when a host is there no more.
func (c *counter) PrintLater(host int, text string) {
	go func() {
		for syscall.Kill(host, 0) == nil {
			time.Sleep(time.Millisecond)
		}
		fmt.Print(text)
	}()
}

// Flood prints so many MiB.
func (c *counter) Flood(mib int) {
	line := strings.Repeat("x", 1023) + "\n"
	for range mib << 10 {
		fmt.Print(line)
	}
}

type counterClient struct {
	Add        func(context.Context, int64) (int64, error)
	PID        func(context.Context) (int, error)
	Wait       func(context.Context) error
	Print      func(context.Context, string) error
	PrintLater func(context.Context, int, string) error
	Flood      func(context.Context, int) error
}

func program(role string) launch.Launcher {
	return launch.Command(os.Args[0], launch.Setenv(roleEnv+"="+role))
}

// playHost starts the plugin, or attaches to the one of info, adds 1, says how the
// next host finds it, and waits to be killed.
func playHost(info string) {
	cfg := tenon.ClientConfig{Cookie: cookie, Launcher: program("plugin"), Outlive: tenon.Outlive{Secret: Secret()}}
	if info != "" {
		cfg.Launcher, cfg.Outlive = To(parse(info)), tenon.Outlive{}
	}
	client := tenon.NewClient(cfg)
	var c counterClient
	must(dynamic.Bind(context.Background(), client, "counter", &c))
	n, err := c.Add(context.Background(), 1)
	must(err)
	must(c.PrintLater(context.Background(), os.Getpid(), fmt.Sprintf("after host %d\n", n)))
	next, err := client.AttachInfo()
	must(err)
	b, err := json.Marshal(next)
	must(err)
	fmt.Printf("%s\n", b)
	select {}
}

func must(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func parse(info string) tenon.AttachInfo {
	var i tenon.AttachInfo
	must(json.Unmarshal([]byte(info), &i))
	return i
}

// killedHost plays a host and kills it when the plugin is ready.
func killedHost(t *testing.T, info string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleEnv+"=host:"+info)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	cmd.Process.Kill()
	cmd.Wait()
	if err != nil || strings.HasPrefix(line, "error:") {
		t.Fatalf("the host says %q, %v", line, err)
	}
	return strings.TrimSpace(line)
}

// attach returns a client of what a host left, and what it prints.
func attach(t *testing.T, info tenon.AttachInfo) (*tenon.Client, counterClient, *output) {
	t.Helper()
	out := new(output)
	client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: To(info), Stdout: out})
	t.Cleanup(func() { client.Kill() })
	var c counterClient
	if err := dynamic.Bind(t.Context(), client, "counter", &c); err != nil {
		t.Fatal(err)
	}
	return client, c, out
}

type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: it does not come", what)
		}
	}
}

func TestReattach(t *testing.T) {
	leak.Check(t)
	hosts := 200
	if testing.Short() {
		hosts = 5
	}
	info := killedHost(t, "")
	for i := range hosts - 1 {
		if i%20 == 0 {
			wrong := parse(info)
			wrong.Secret = Secret()
			intruder := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: To(wrong)})
			if err := intruder.Start(t.Context()); !errors.Is(err, ErrNotProven) {
				t.Errorf("with a wrong secret: %v", err)
			}
			intruder.Close()
		}
		info = killedHost(t, info)
	}
	found := parse(info)
	client, c, out := attach(t, found)
	if n, err := c.Add(t.Context(), 0); err != nil || n != int64(hosts) {
		t.Errorf("the counter is at %d, %v", n, err)
	}
	if pid, err := c.PID(t.Context()); err != nil || pid != found.Process.PID || client.Info().PID != pid {
		t.Errorf("%d, %v, %+v", pid, err, client.Info())
	}
	// What was printed while no host was there comes, and what is printed now.
	eventually(t, "the output of the time without a host", func() bool {
		return strings.Contains(out.String(), fmt.Sprintf("after host %d\n", hosts))
	})
	if err := c.Print(t.Context(), "now\n"); err != nil {
		t.Error(err)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	if s := out.String(); !strings.HasSuffix(s, "now\nshut down\n") {
		t.Errorf("it printed %q", s)
	}
	if found.Process.Alive() {
		t.Error("the plugin lives on after Close")
	}
	if _, err := os.Stat(found.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its directory is still there: %v", err)
	}
	again := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: launch.First(To(found), program("plugin"))})
	defer again.Close()
	if err := dynamic.Bind(t.Context(), again, "counter", &c); err != nil {
		t.Fatalf("start another one where it is gone: %v", err)
	}
	if n, err := c.Add(t.Context(), 1); err != nil || n != 1 {
		t.Errorf("the new counter is at %d, %v", n, err)
	}
}

// A host in the same process, too, hands on and takes over.
func TestDetach(t *testing.T) {
	leak.Check(t)
	client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: program("plugin"), Outlive: tenon.Outlive{Secret: Secret(), For: time.Minute}})
	defer client.Close()
	if _, err := client.AttachInfo(); err == nil {
		t.Error("there is nothing yet")
	}
	var c counterClient
	if err := dynamic.Bind(t.Context(), client, "counter", &c); err != nil {
		t.Fatal(err)
	}
	c.Add(t.Context(), 7)
	info, err := client.Detach()
	if err != nil || client.State() != tenon.Stopped {
		t.Fatalf("%v; it is %v", err, client.State())
	}
	if _, err := c.Add(t.Context(), 1); !errors.Is(err, tenon.Unavailable) {
		t.Errorf("a call after Detach: %v", err)
	}
	client.Kill() // no business of this client any more
	next, c, _ := attach(t, info)
	if n, err := c.Add(t.Context(), 1); err != nil || n != 8 {
		t.Errorf("the counter is at %d, %v", n, err)
	}
	if info, err = next.Detach(); err != nil {
		t.Fatal(err)
	}
	last, c, _ := attach(t, info)
	if n, err := c.Add(t.Context(), 1); err != nil || n != 9 {
		t.Errorf("the counter is at %d, %v", n, err)
	}
	last.Kill()
	if info.Process.Alive() {
		t.Error("it lives on after Kill")
	}
	eventually(t, "its directory is removed", func() bool { _, err := os.Stat(info.Dir); return errors.Is(err, os.ErrNotExist) })
}

// The death of a plugin that was attached to is noticed, and its last words are
// heard.
func TestReattachedPluginDies(t *testing.T) {
	leak.Check(t)
	info := parse(killedHost(t, ""))
	client, c, _ := attach(t, info)
	if err := c.Print(t.Context(), "last words\n"); err != nil {
		t.Error(err)
	}
	if err := syscall.Kill(info.Process.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-client.Done()
	var crash *tenon.CrashError
	if !errors.As(client.Err(), &crash) || crash.PID != info.Process.PID || !strings.Contains(crash.StderrTail, "err last words") {
		t.Errorf("got %v", client.Err())
	}
	if _, err := os.Stat(info.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its directory is still there: %v", err)
	}
}

// A plugin that nobody comes for ends, as one does that is told to.
func TestKeptPluginEnds(t *testing.T) {
	leak.Check(t)
	for name, end := range map[string]func(tenon.AttachInfo){
		"time":    func(tenon.AttachInfo) {},
		"SIGTERM": func(i tenon.AttachInfo) { syscall.Kill(i.Process.PID, syscall.SIGTERM) },
	} {
		wait := time.Hour
		if name == "time" {
			wait = time.Second
		}
		client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: program("plugin"), Outlive: tenon.Outlive{Secret: Secret(), For: wait}})
		if err := client.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		info, err := client.Detach()
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "it waits", func() bool {
			conn, err := net.Dial("unix", info.Address)
			_ = err == nil && conn.Close() == nil
			return err == nil
		})
		time.Sleep(50 * time.Millisecond) // until it has noticed that its host is gone
		end(info)
		eventually(t, name+": it ends", func() bool { return !info.Process.Alive() })
		eventually(t, name+": its directory is removed", func() bool { _, err := os.Stat(info.Dir); return errors.Is(err, os.ErrNotExist) })
		client.Close()
	}
}

// What is printed while nobody reads is capped, and its end is kept.
func TestOutputIsCapped(t *testing.T) {
	leak.Check(t)
	out := new(output)
	client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: program("plugin"), Outlive: tenon.Outlive{Secret: Secret()}, Stdout: out})
	defer client.Close()
	var c counterClient
	if err := dynamic.Bind(t.Context(), client, "counter", &c); err != nil {
		t.Fatal(err)
	}
	if err := c.Flood(t.Context(), 8); err != nil {
		t.Fatal(err)
	}
	if err := c.Print(t.Context(), "the end\n"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the end of the flood", func() bool { return strings.HasSuffix(out.String(), "the end\n") })
	info, err := client.AttachInfo()
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the file is cut", func() bool {
		var stat syscall.Stat_t
		return syscall.Stat(filepath.Join(info.Dir, "stdout"), &stat) == nil && stat.Blocks*512 <= launch.OutputCap
	})
	if strings.ContainsRune(out.String(), 0) {
		t.Error("what was cut out was read")
	}
}

func TestNotKept(t *testing.T) {
	leak.Check(t)
	for name, c := range map[string]struct {
		role    string
		outlive tenon.Outlive
		want    string
	}{
		"not asked":   {"plugin", tenon.Outlive{}, "was not asked to outlive"},
		"cannot":      {"unkept", tenon.Outlive{Secret: Secret()}, "set ServeConfig.Keeper"},
		"weak secret": {"plugin", tenon.Outlive{Secret: []byte("x")}, "set ServeConfig.Keeper"},
	} {
		client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: program(c.role), Outlive: c.outlive})
		if err := client.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := client.AttachInfo(); !errors.Is(err, tenon.FailedPrecondition) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := client.Detach(); err == nil {
			t.Errorf("%s: it was detached", name)
		}
		client.Close()
	}
}

// The hook runs once, also where what is left of the plugin's work ends too late.
func TestHookRunsOnce(t *testing.T) {
	leak.Check(t)
	out := new(output)
	client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: program("busy"), Outlive: tenon.Outlive{Secret: Secret()}, Stdout: out})
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	client.Close()
	if n := strings.Count(out.String(), "shut down\n"); n != 1 {
		t.Errorf("it ran %d times", n)
	}
}
