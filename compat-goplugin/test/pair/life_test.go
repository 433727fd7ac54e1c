package pair

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
	"github.com/tenon-dev/tenon/compat-goplugin/test/ours"
	"github.com/tenon-dev/tenon/compat-goplugin/test/theirs"
)

func TestReattach(t *testing.T) {
	for _, grpc := range []bool{false, true} {
		t.Run(fmt.Sprintf("grpc=%v", grpc), func(t *testing.T) {
			leaks(t)
			pairings(t, func(t *testing.T, host, plugin string) {
				first, svc := start(t, host, plugin, contract.Host{}, contract.Plugin{GRPC: grpc})
				pid, err := svc.Do("pid", "")
				if err != nil {
					t.Fatal(err)
				}
				r := first.Reattach()
				if r == nil || strconv.Itoa(r.Pid) != pid || first.ID() != pid {
					t.Fatalf("the plugin is %s, ReattachConfig %+v, ID %s", pid, r, first.ID())
				}
				r.Version = 7
				if !grpc {
					r.Protocol = "" // as in what old hosts have stored
				}
				second, again := start(t, host, plugin, contract.Host{Reattach: r}, contract.Plugin{})
				echo(t, again)
				if got, err := again.Do("pid", ""); got != pid || err != nil {
					t.Errorf("reattached to %s, %v", got, err)
				}
				if host == "ours" && second.Version() != 7 {
					t.Errorf("version %d", second.Version())
				}
				within(t, "Kill", second.Kill)
				eventually(t, "both notice the end", func() bool { return first.Exited() && second.Exited() })
				if alive(r.Pid) {
					t.Error("the plugin lives on")
				}
			})
		})
	}
}

func TestReattachToNothing(t *testing.T) {
	c := hosts["ours"](contract.Host{GRPC: true, Reattach: &contract.Reattach{Protocol: "grpc", Network: "unix", Address: filepath.Join(t.TempDir(), "none"), Pid: os.Getpid()}})
	if err := c.Start(); err == nil || !strings.Contains(err.Error(), "not found") {
		t.Errorf("Start: %v", err)
	}
	within(t, "Kill", c.Kill)
}

// TestPluginOutlivesItsHost lets a host die, after which the plugin prints to a standard
// error that nobody reads, and another host attaches.
func TestPluginOutlivesItsHost(t *testing.T) {
	pairings(t, func(t *testing.T, host, plugin string) {
		logFile := ""
		if plugin == "theirs" { // it dies of its next line otherwise
			logFile = filepath.Join(t.TempDir(), "log")
		}
		cmd := command(t, "host-"+host, contract.Plugin{})
		cmd.Env = append(os.Environ(), append(cmd.Env, "PAIR_CASE=abandon", "PAIR_PLUGIN="+plugin, "PAIR_LOG="+logFile)...)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("the host: %v", err)
		}
		var r contract.Reattach
		if err := json.Unmarshal(out, &r); err != nil {
			t.Fatalf("the host printed %q: %v", out, err)
		}
		c, svc := start(t, host, plugin, contract.Host{Reattach: &r}, contract.Plugin{})
		echo(t, svc)
		if plugin == "ours" {
			for range 3 {
				if _, err := svc.Do("rawstderr", "nobody reads this\n"); err == nil {
					t.Log("somebody reads the standard error still")
				}
			}
			echo(t, svc)
			syscall.Kill(r.Pid, syscall.SIGINT) // Ctrl-C goes to the whole group
			echo(t, svc)
		}
		within(t, "Kill", c.Kill)
		eventually(t, "the plugin ends", func() bool { return !alive(r.Pid) })
	})
}

// TestContextAtACrash looks at the plugin's context as soon as a call has failed.
func TestContextAtACrash(t *testing.T) {
	for name, host := range map[string]contract.Host{"plain": {}, "mtls": {AutoMTLS: true}, "mux": {Multiplex: true}} {
		for _, plugin := range []string{"ours", "theirs"} {
			t.Run(name+"/"+plugin, func(t *testing.T) {
				for i := range 6 {
					c, svc := start(t, "ours", plugin, host, contract.Plugin{GRPC: true})
					what, arg := "exit", "3"
					if i%2 == 1 {
						what, arg = "panic", "on purpose"
					}
					if _, err := svc.Do(what, arg); err == nil {
						t.Fatal("the plugin did not exit")
					}
					if svc.Gone().Err() == nil {
						t.Fatal("the call failed before the context was done")
					}
					if !c.Exited() {
						t.Fatal("the context was done before Exited was true")
					}
					within(t, "Kill", c.Kill)
				}
			})
		}
	}
}

func TestManagedClients(t *testing.T) {
	leaks(t)
	var clients []contract.Client
	for _, plugin := range []string{"ours", "theirs"} {
		c, svc := start(t, "ours", plugin, contract.Host{Managed: true}, contract.Plugin{GRPC: true})
		echo(t, svc)
		clients = append(clients, c)
	}
	for range 2 {
		within(t, "CleanupClients", ours.Cleanup)
	}
	for _, c := range clients {
		if !c.Exited() {
			t.Error("a managed plugin runs after CleanupClients")
		}
		within(t, "Kill", c.Kill)
	}
}

// TestTestMode serves in this process, and attaches to it.
func TestTestMode(t *testing.T) {
	serve := map[string]func(context.Context, contract.Plugin, bool) (*contract.Reattach, <-chan struct{}){"ours": ours.ServeTest, "theirs": theirs.ServeTest}
	for _, grpc := range []bool{false, true} {
		t.Run(fmt.Sprintf("grpc=%v", grpc), func(t *testing.T) {
			leaks(t)
			pairings(t, func(t *testing.T, host, plugin string) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				r, closed := serve[plugin](ctx, contract.Plugin{GRPC: grpc}, false)
				if r == nil || !r.Test || r.Pid != os.Getpid() {
					t.Fatalf("ReattachConfig %+v", r)
				}
				var clients []contract.Client
				for range 2 { // Kill leaves the plugin to others
					c, svc := start(t, host, plugin, contract.Host{Reattach: r}, contract.Plugin{})
					echo(t, svc)
					within(t, "Kill", c.Kill)
					echo(t, svc)
					clients = append(clients, c)
				}
				cancel()
				within(t, "the end of Serve", func() { <-closed })
				for _, c := range clients { // the original's server leaves connections open
					within(t, "Close", func() { c.Close() })
				}
			})
		})
	}
}

// TestWhatThePluginGets looks at the environment, the files and the session that a
// plugin has.
func TestWhatThePluginGets(t *testing.T) {
	t.Setenv("PAIR_HOST", "host")
	t.Setenv("PAIR_BOTH", "host")
	t.Setenv("PLUGIN_CLIENT_CERT", "of another host")
	t.Setenv("PLUGIN_MULTIPLEX_GRPC", "true")
	t.Setenv("TENON_LINK", "fd:3")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	cmd := command(t, "theirs", contract.Plugin{GRPC: true})
	cmd.Env = append(cmd.Env, "PAIR_CMD=cmd", "PAIR_BOTH=cmd")
	cmd.ExtraFiles = []*os.File{r, w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	c, svc := start(t, "ours", "", contract.Host{Cmd: cmd}, contract.Plugin{})
	text, err := svc.Do("env", "")
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for _, entry := range strings.Split(text, "\n") {
		key, value, _ := strings.Cut(entry, "=")
		env[key] = value
	}
	for key, want := range map[string]string{
		contract.CookieKey: contract.CookieValue, "PLUGIN_MIN_PORT": "10000", "PLUGIN_MAX_PORT": "25000",
		"PLUGIN_PROTOCOL_VERSIONS": "1", "PAIR_HOST": "host", "PAIR_CMD": "cmd", "PAIR_BOTH": "cmd",
	} {
		if env[key] != want {
			t.Errorf("%s is %q, want %q", key, env[key], want)
		}
	}
	for _, key := range []string{"PLUGIN_CLIENT_CERT", "PLUGIN_MULTIPLEX_GRPC", "TENON_LINK"} {
		if value, ok := env[key]; ok {
			t.Errorf("%s is set, to %q", key, value)
		}
	}
	pid := c.Reattach().Pid
	for fd, file := range map[int]*os.File{3: r, 4: w} {
		got, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, fd))
		want, _ := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", file.Fd()))
		if got != want {
			t.Errorf("descriptor %d is %s, want %s", fd, got, want)
		}
	}
	stdin, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/0", pid))
	if want, _ := os.Readlink("/proc/self/fd/0"); stdin != want {
		t.Errorf("stdin is %s, want the host's, %s", stdin, want)
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	if session := strings.Fields(rest)[3]; session != strconv.Itoa(pid) {
		t.Errorf("session %s: Setsid was lost", session)
	}
}

func TestPluginSharesTheGroup(t *testing.T) {
	c, _ := start(t, "ours", "theirs", contract.Host{}, contract.Plugin{})
	if group, err := syscall.Getpgid(c.Reattach().Pid); err != nil || group != syscall.Getpgrp() {
		t.Errorf("the plugin's group is %d, %v, the host's %d", group, err, syscall.Getpgrp())
	}
}

func TestSkipHostEnv(t *testing.T) {
	t.Setenv("PAIR_HOST", "host")
	_, svc := start(t, "ours", "ours", contract.Host{SkipHostEnv: true}, contract.Plugin{})
	if text, err := svc.Do("env", ""); err != nil || strings.Contains(text, "PAIR_HOST") {
		t.Errorf("env %v %s", err, text)
	}
}

// TestCommandContext ends the plugin with the context that its command was made with.
func TestCommandContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	made := command(t, "ours", contract.Plugin{})
	cmd := exec.CommandContext(ctx, made.Path)
	cmd.Env = made.Env
	c, svc := start(t, "ours", "", contract.Host{Cmd: cmd}, contract.Plugin{})
	echo(t, svc)
	if cmd.Process == nil || cmd.Process.Pid != c.Reattach().Pid {
		t.Errorf("Process of the Cmd: %v", cmd.Process)
	}
	cancel()
	eventually(t, "the plugin ends", c.Exited)
	if cmd.ProcessState == nil {
		t.Error("ProcessState of the Cmd is nil")
	}
}
