//go:build unix

package tenon_test

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
	"syscall"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/attach"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

func init() {
	programs["standalone"] = func() {
		tenon.Main(tenon.ServeConfig{
			Cookie: cookie, Services: testServices(), Name: "standing", Release: "1.2.3", Standalone: true,
			OnShutdown: func(context.Context) { fmt.Println("shut down") },
		})
	}
}

// started is a plugin that a person started.
type started struct {
	cmd  *exec.Cmd
	out  *bufio.Reader
	both *bytes.Buffer // stderr
}

// byHand starts the test binary in a role as a person would.
func byHand(t *testing.T, role string, args ...string) *started {
	t.Helper()
	s := &started{cmd: exec.Command(os.Args[0], args...), both: new(bytes.Buffer)}
	s.cmd.Env = append(os.Environ(), programEnv+"="+role)
	s.cmd.Stderr = s.both
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	s.out = bufio.NewReader(out)
	t.Cleanup(func() { s.cmd.Process.Kill(); s.cmd.Wait() })
	return s
}

// end waits for the end and returns what was printed and the exit code.
func (s *started) end() (stdout, stderr string, code int) {
	var out strings.Builder
	s.out.WriteTo(&out)
	s.cmd.Wait()
	return out.String(), s.both.String(), s.cmd.ProcessState.ExitCode()
}

// runtimeDir gives the test a directory of running plugins of its own.
func runtimeDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	t.Setenv(attach.DirEnv, dir)
	return dir
}

// standing waits until a plugin is there under a name.
func standing(t *testing.T, dir, name string) attach.Instance {
	t.Helper()
	var found attach.Instance
	eventually(t, "the plugin waits for hosts", func() bool {
		all, err := attach.List(dir)
		if err != nil {
			return false
		}
		for _, i := range all {
			if i.Name == name && i.PID != 0 {
				found = i
			}
		}
		if found.PID == 0 {
			return false
		}
		conn, err := net.Dial("unix", found.Path) // its file is there a moment before it listens
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return found
}

func TestStandalone(t *testing.T) {
	leak.Check(t)
	dir := runtimeDir(t)
	plugin := byHand(t, "standalone")
	found := standing(t, dir, "standing")
	if found.PID != plugin.cmd.Process.Pid {
		t.Errorf("found %+v, and it is process %d", found, plugin.cmd.Process.Pid)
	}
	var hosts sync.WaitGroup
	for range 3 {
		hosts.Go(func() {
			for range 3 {
				c := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: launch.First(attach.To("standing"), launch.Command("/no/such/file"))})
				g := bind(t, c)
				if pid, err := g.PID(t.Context()); err != nil || pid != found.PID {
					t.Errorf("%d, %v", pid, err)
				}
				if info := c.Info(); info.Name != "standing" || info.Link != "unix" || !strings.Contains(info.Path, found.Path) {
					t.Errorf("Info is %+v", info)
				}
				c.Close()
				if c.State() != tenon.Stopped {
					t.Errorf("it is %v", c.State())
				}
			}
		})
	}
	hosts.Wait()
	plugin.cmd.Process.Signal(syscall.SIGTERM)
	stdout, stderr, code := plugin.end()
	if stdout != "shut down\n" || stderr != "" || code != 0 {
		t.Errorf("it printed %q and %q, and exited with %d", stdout, stderr, code)
	}
	if all, err := attach.List(dir); err != nil || len(all) != 0 {
		t.Errorf("left: %+v, %v", all, err)
	}
}

// A standalone plugin that a host starts is a plugin like any other.
func TestStandaloneThatIsLaunched(t *testing.T) {
	leak.Check(t)
	dir := runtimeDir(t)
	c := newClient(t, "standalone", nil)
	if _, err := bind(t, c).Ping(t.Context()); err != nil || c.Info().Link != "socketpair" {
		t.Errorf("%v, %+v", err, c.Info())
	}
	if all, _ := attach.List(dir); all != nil {
		t.Errorf("it has a name: %+v", all)
	}
}

// The end of a plugin that was attached to is a crash, and a restart finds or
// starts another one.
func TestStandaloneDies(t *testing.T) {
	leak.Check(t)
	dir := runtimeDir(t)
	plugin := byHand(t, "standalone")
	found := standing(t, dir, "standing")
	c := tenon.NewClient(tenon.ClientConfig{
		Cookie: cookie, Restart: always,
		Launcher: launch.First(attach.To("standing"), program("plugin")),
	})
	defer c.Close()
	g := bind(t, c)
	called := make(chan error, 1)
	go func() { called <- g.Block(t.Context()) }()
	for c.Stats().Calls == 0 {
	}
	plugin.cmd.Process.Kill()
	err := <-called
	if crash := as[*tenon.CrashError](t, err); crash.PID != 0 || !strings.Contains(err.Error(), "its link ended") || strings.Contains(err.Error(), "killed") {
		t.Errorf("got %v", err)
	}
	if pid, err := g.PID(t.Context()); err != nil || pid == found.PID {
		t.Errorf("%d, %v", pid, err)
	}
}

// Any plugin serves by hand with a flag, and says how to find it.
func TestServeFlag(t *testing.T) {
	leak.Check(t)
	dir := runtimeDir(t)
	plugin := byHand(t, "plugin", "--serve")
	found := standing(t, dir, "test-plugin")
	other := byHand(t, "plugin", "--serve")
	if _, stderr, code := other.end(); code != 1 || !strings.Contains(stderr, fmt.Sprintf("test-plugin runs already, as process %d", found.PID)) {
		t.Errorf("a second one exits with %d, and says %q", code, stderr)
	}
	third := byHand(t, "plugin", "--serve", "--replace")
	if _, stderr, code := plugin.end(); code != 0 || !strings.Contains(stderr, "waiting for hosts at "+found.Path) {
		t.Errorf("the first one exits with %d, and says %q", code, stderr)
	}
	eventually(t, "the third one serves", func() bool { return standing(t, dir, "test-plugin").PID == third.cmd.Process.Pid })
}

// TENON_ATTACH makes a host that knows nothing of it use a plugin that runs.
func TestAttachByEnvironment(t *testing.T) {
	leak.Check(t)
	dir := runtimeDir(t)
	byHand(t, "plugin", "--serve")
	found := standing(t, dir, "test-plugin")
	binary := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	for _, entry := range []string{binary + "=" + found.Path, "other=/no/such/socket, " + binary + "=test-plugin"} {
		t.Setenv("TENON_ATTACH", entry)
		c := newClient(t, "exit3", nil)
		if pid, err := bind(t, c).PID(t.Context()); err != nil || pid != found.PID {
			t.Errorf("%s: %d, %v", entry, pid, err)
		}
	}
	t.Setenv("TENON_ATTACH", "mine="+found.Path)
	c := newClient(t, "exit3", func(cfg *tenon.ClientConfig) { cfg.Name = "mine" })
	if pid, err := bind(t, c).PID(t.Context()); err != nil || pid != found.PID {
		t.Errorf("by the name that the host gave: %d, %v", pid, err)
	}
	c = newClient(t, "plugin", nil)
	if pid, err := bind(t, c).PID(t.Context()); err != nil || pid == found.PID {
		t.Errorf("another plugin's: %d, %v", pid, err)
	}
	t.Setenv("TENON_ATTACH", "mine=/no/such/socket")
	c = newClient(t, "plugin", func(cfg *tenon.ClientConfig) { cfg.Name = "mine" })
	if err := c.Start(t.Context()); !errors.Is(err, launch.ErrNotRunning) || !strings.Contains(err.Error(), "TENON_ATTACH") {
		t.Errorf("nobody there: %v", err)
	}
	t.Setenv("TENON_ATTACH", "mine")
	c = newClient(t, "plugin", nil)
	if err := c.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "each is name=socket") {
		t.Errorf("not an entry: %v", err)
	}
}

func TestFlagsByHand(t *testing.T) {
	run := func(role string, args ...string) (string, string, int) { return byHand(t, role, args...).end() }

	stdout, stderr, code := run("plugin", "--version")
	if stdout != "test-plugin 1.2.3\n" || stderr != "" || code != 0 {
		t.Errorf("--version: %q, %q, %d", stdout, stderr, code)
	}
	stdout, stderr, code = run("plugin", "--help")
	if !strings.Contains(stdout, "test-plugin 1.2.3 is a plugin") || !strings.Contains(stdout, "--describe") || stderr != "" || code != 0 {
		t.Errorf("--help: %q, %q, %d", stdout, stderr, code)
	}
	stdout, stderr, code = run("plugin", "-unknown", "--describe")
	var d tenon.Description
	if err := json.Unmarshal([]byte(stdout), &d); err != nil || stderr != "" || code != 0 {
		t.Fatalf("--describe: %v, %q, %q, %d", err, stdout, stderr, code)
	}
	if d.Name != "test-plugin" || d.Cookie != cookie || d.Release != "1.2.3" || len(d.Versions) != 1 || d.Codecs[0] != "json" || d.Transports[0] != "direct/1" ||
		d.Catalogues[1].Services[0].Name != "greeter" || len(d.Catalogues[1].Services[0].Methods) != 8 {
		t.Errorf("--describe says %s", stdout)
	}
	stdout, stderr, code = run("plugin", "--", "--help")
	if stdout != "" || !strings.Contains(stderr, "this program is a plugin") || !strings.Contains(stderr, "--help") || code != 2 {
		t.Errorf("no flag: %q, %q, %d", stdout, stderr, code)
	}
	// A host's plugin does not look at its arguments.
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) { cfg.Launcher = program("plugin", launch.Args("--help", "--serve")) })
	if _, err := bind(t, c).Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// eventually waits for what must come, and comes soon.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: it does not come", what)
		}
	}
}
