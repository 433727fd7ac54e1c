package pair

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/runner"
	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
	"github.com/tenon-dev/tenon/compat-goplugin/test/ours"
)

// execRunner is a Runner as hosts write them: of an exec.Cmd and its pipes.
type execRunner struct {
	cmd            *exec.Cmd
	stdout, stderr io.ReadCloser
	toHost         int // how often an address was translated
	toPlugin       int
}

func (r *execRunner) Start(context.Context) (err error) {
	if r.stdout, err = r.cmd.StdoutPipe(); err != nil {
		return err
	}
	if r.stderr, err = r.cmd.StderrPipe(); err != nil {
		return err
	}
	return r.cmd.Start()
}

func (r *execRunner) Wait(context.Context) error      { return r.cmd.Wait() }
func (r *execRunner) Kill(context.Context) error      { return r.cmd.Process.Kill() }
func (r *execRunner) ID() string                      { return "runner-1" }
func (r *execRunner) Name() string                    { return "the runner" }
func (r *execRunner) Stdout() io.ReadCloser           { return r.stdout }
func (r *execRunner) Stderr() io.ReadCloser           { return r.stderr }
func (r *execRunner) Diagnose(context.Context) string { return "the runner's notes" }

func (r *execRunner) PluginToHost(network, address string) (string, string, error) {
	r.toHost++
	return network, address, nil
}

func (r *execRunner) HostToPlugin(network, address string) (string, string, error) {
	r.toPlugin++
	return network, address, nil
}

func TestRunner(t *testing.T) {
	for _, plugin := range []string{"ours", "theirs"} {
		t.Run(plugin, func(t *testing.T) {
			leaks(t)
			base, group := t.TempDir(), ""
			if g, err := user.LookupGroupId("0"); err == nil && os.Getuid() == 0 {
				group = g.Name
			}
			var r *execRunner
			var dir string
			c := goplugin.NewClient(&goplugin.ClientConfig{
				HandshakeConfig: ours.Handshake, Plugins: goplugin.PluginSet{"svc": ours.Fixture{Version: 1}},
				AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC}, Logger: hclog.NewNullLogger(), AutoMTLS: true,
				UnixSocketConfig: &goplugin.UnixSocketConfig{TempDir: base, Group: group},
				RunnerFunc: func(_ hclog.Logger, spec *exec.Cmd, tmp string) (runner.Runner, error) {
					made := command(t, plugin, contract.Plugin{GRPC: true})
					spec.Env = append(spec.Env, made.Env...)
					spec.Path, spec.Args = made.Path, made.Args
					r, dir = &execRunner{cmd: spec}, tmp
					return r, nil
				},
			})
			defer within(t, "Kill", c.Kill)
			p, err := c.Client()
			if err != nil {
				t.Fatal(err)
			}
			v, err := p.Dispense("svc")
			if err != nil {
				t.Fatal(err)
			}
			svc := v.(contract.Service)
			echo(t, svc)
			if got, err := svc.CallBack(strings.ToUpper, "x"); got != "X" || err != nil {
				t.Errorf("call back: %q, %v", got, err)
			}
			if got, err := svc.ServeBack("x"); got != "plugin:x" || err != nil {
				t.Errorf("serve back: %q, %v", got, err)
			}
			addr := c.ReattachConfig().Addr.String()
			if filepath.Dir(addr) != dir || filepath.Dir(dir) != base {
				t.Errorf("the socket is %s, the directory %s in %s", addr, dir, base)
			}
			if info, err := os.Stat(addr); group != "" && (err != nil || info.Mode().Perm() != 0o660) {
				t.Errorf("the socket's mode: %v, %v", info.Mode(), err)
			}
			if c.ID() != "runner-1" || r.toHost != 2 || r.toPlugin != 1 {
				t.Errorf("ID %s, %d addresses to the host, %d to the plugin", c.ID(), r.toHost, r.toPlugin)
			}
			within(t, "Kill", c.Kill)
			if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the directory of the sockets is left: %v", err)
			}
			if !c.Exited() || c.ID() != "" {
				t.Errorf("after Kill: exited %v, ID %q", c.Exited(), c.ID())
			}
		})
	}
}

// TestClientKeepsItsObject has what programs do with what Client returns.
func TestClientKeepsItsObject(t *testing.T) {
	c := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig: ours.Handshake, Plugins: goplugin.PluginSet{"svc": ours.Fixture{Version: 1}},
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC}, Logger: hclog.NewNullLogger(),
		Cmd: command(t, "theirs", contract.Plugin{GRPC: true}),
	})
	defer within(t, "Kill", c.Kill)
	if c.ReattachConfig() != nil || c.ID() != "" || c.Exited() || c.NegotiatedVersion() != 0 {
		t.Error("a client that was not started says otherwise")
	}
	addr, err := c.Start()
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.Start()
	if again != addr || err != nil {
		t.Errorf("a second Start: %v, %v", again, err)
	}
	a, err := c.Client()
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Client()
	if a != b || err != nil {
		t.Errorf("a second Client: %v, %v", b, err)
	}
	g, ok := a.(*goplugin.GRPCClient)
	if !ok || g.Conn == nil {
		t.Fatalf("Client returned %T", a)
	}
	if _, err := a.Dispense("other"); err == nil || !strings.Contains(err.Error(), "unknown plugin type: other") {
		t.Errorf("an unknown plugin: %v", err)
	}
	for range 3 {
		within(t, "Kill", c.Kill)
	}
}

func TestConfigIsChecked(t *testing.T) {
	cmd := command(t, "ours", contract.Plugin{})
	attach := &goplugin.ReattachConfig{Pid: 1}
	for name, cfg := range map[string]*goplugin.ClientConfig{
		"none":            {},
		"two":             {Cmd: cmd, Reattach: attach},
		"secure reattach": {Reattach: attach, SecureConfig: &goplugin.SecureConfig{}},
		"mux reattach":    {Reattach: attach, GRPCBrokerMultiplex: true},
		"no address":      {Reattach: attach},
		"no checksum":     {Cmd: cmd, SecureConfig: &goplugin.SecureConfig{}},
	} {
		cfg.Logger = hclog.NewNullLogger()
		c := goplugin.NewClient(cfg)
		if _, err := c.Start(); err == nil {
			t.Errorf("%s: it started", name)
		}
		if c.Protocol() != goplugin.ProtocolInvalid {
			t.Errorf("%s: it has a protocol", name)
		}
		within(t, "Kill", c.Kill)
	}
}

func TestServedByHand(t *testing.T) {
	cmd := command(t, "ours", contract.Plugin{})
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "is a plugin") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestDiscover(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"app-a", "app-b", "other"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	got, err := goplugin.Discover("app-*", ".")
	for i := range got {
		if !filepath.IsAbs(got[i]) {
			t.Errorf("%s is not absolute", got[i])
		}
		got[i] = filepath.Base(got[i])
	}
	if err != nil || !slices.Equal(got, []string{"app-a", "app-b"}) {
		t.Errorf("found %v, %v", got, err)
	}
}

// TestHelpers uses the test helpers as programs do.
func TestHelpers(t *testing.T) {
	leaks(t)
	plugins := map[string]goplugin.Plugin{"svc": ours.Fixture{Version: 1}}
	for _, multiplex := range []bool{false, true} {
		client, server := goplugin.TestPluginGRPCConn(t, multiplex, plugins)
		v, err := client.Dispense("svc")
		if err != nil {
			t.Fatal(err)
		}
		echo(t, v.(contract.Service))
		if got, err := v.(contract.Service).CallBack(strings.ToUpper, "x"); got != "X" || err != nil {
			t.Errorf("call back: %q, %v", got, err)
		}
		if err := client.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		server.Stop()
		<-server.DoneCh
	}
	client, _ := goplugin.TestPluginRPCConn(t, plugins, nil)
	v, err := client.Dispense("svc")
	if err != nil {
		t.Fatal(err)
	}
	echo(t, v.(contract.Service))
	if err := client.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := goplugin.NewBasicError(nil); err != nil {
		t.Errorf("NewBasicError(nil) is %v", err)
	}
}
