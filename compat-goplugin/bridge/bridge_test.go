package bridge_test

import (
	"context"
	"errors"
	"net/rpc"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/bridge"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"
)

// guard ends a test that would hang.
const guard = 60 * time.Second

var (
	cookie    = tenon.Cookie{Key: "BRIDGE_NATIVE", Value: "native"}
	handshake = goplugin.HandshakeConfig{ProtocolVersion: 3, MagicCookieKey: "BRIDGE_COMPAT", MagicCookieValue: "compat"}
)

// A greeter is what both kinds of plugin have.
type greeter interface {
	Greet(ctx context.Context, name string) (string, error)
}

// native is served by Tenon.
type native struct{}

func (native) Greet(_ context.Context, name string) (string, error) {
	return "hello " + name + " from Tenon", nil
}

type nativeClient struct {
	Do func(ctx context.Context, name string) (string, error) `tenon:"Greet"`
}

func (c *nativeClient) Greet(ctx context.Context, name string) (string, error) {
	return c.Do(ctx, name)
}

// NetGreeter is served by go-plugin.
type NetGreeter struct{}

// Greet greets.
func (NetGreeter) Greet(name string, reply *string) error {
	*reply = "hello " + name + " from go-plugin"
	return nil
}

// Die ends the process.
func (NetGreeter) Die(int, *int) error {
	os.Exit(7)
	return nil
}

type netClient struct{ client *rpc.Client }

func (c netClient) Greet(_ context.Context, name string) (reply string, err error) {
	err = c.client.Call("Plugin.Greet", name, &reply)
	return reply, err
}

type compat struct{}

func (compat) Server(*goplugin.MuxBroker) (interface{}, error) { return NetGreeter{}, nil }

func (compat) Client(_ *goplugin.MuxBroker, c *rpc.Client) (interface{}, error) {
	return netClient{c}, nil
}

var plugins = goplugin.PluginSet{"greeter": compat{}}

func TestMain(m *testing.M) {
	foreign := &goplugin.ServeConfig{HandshakeConfig: handshake, Plugins: plugins}
	switch os.Getenv("BRIDGE_ROLE") {
	case "go-plugin":
		goplugin.Serve(foreign)
		return
	case "both":
		bridge.Main(tenon.ServeConfig{Cookie: cookie, Services: tenon.Services{"greeter": dynamic.Service(native{})}}, foreign)
	}
	if api, ok := strings.CutPrefix(os.Getenv("BRIDGE_ROLE"), "packer "); ok {
		playPacker(api)
		return
	}
	os.Exit(m.Run())
}

func client(t *testing.T, role string, change func(*goplugin.ClientConfig)) *tenon.Client {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cfg := &goplugin.ClientConfig{HandshakeConfig: handshake, Plugins: plugins, Logger: hclog.NewNullLogger()}
	if change != nil {
		change(cfg)
	}
	dialect, err := bridge.Dialect(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c := tenon.NewClient(tenon.ClientConfig{
		Cookie:   cookie,
		Launcher: launch.Command(exe, launch.Setenv("BRIDGE_ROLE="+role, "GORACE=atexit_sleep_ms=0")),
		Dialects: []tenon.Dialect{dialect},
	})
	t.Cleanup(func() { c.Close() })
	return c
}

func bridgeDialect(t *testing.T) tenon.Dialect {
	t.Helper()
	d, err := bridge.Dialect(&goplugin.ClientConfig{HandshakeConfig: handshake, Plugins: plugins, Logger: hclog.NewNullLogger()})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// greet dispenses through the same call, whichever the plugin is.
func greet(t *testing.T, c *tenon.Client) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), guard)
	defer cancel()
	g, err := tenon.Dispense(ctx, c, "greeter", tenon.Plugin[greeter]{New: func(o *tenon.Object) greeter {
		var n nativeClient
		if err := dynamic.BindObject(o, &n); err != nil {
			t.Error(err)
		}
		return &n
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := g.Greet(ctx, "world")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestOneHostForBothWorlds(t *testing.T) {
	tests := []struct {
		role, want, dialect string
		change              func(*goplugin.ClientConfig)
	}{
		{"go-plugin", "hello world from go-plugin", bridge.Name, nil},
		{"go-plugin", "hello world from go-plugin", bridge.Name, func(c *goplugin.ClientConfig) { c.AutoMTLS = true }},
		{"both", "hello world from Tenon", "", nil},
	}
	for _, test := range tests {
		t.Run(test.role, func(t *testing.T) {
			c := client(t, test.role, test.change)
			if got := greet(t, c); got != test.want {
				t.Errorf("got %q", got)
			}
			if info := c.Info(); info.Dialect != test.dialect || info.PID == 0 {
				t.Errorf("info: %+v", info)
			}
			ctx, cancel := context.WithTimeout(t.Context(), guard)
			defer cancel()
			if _, err := c.Ping(ctx); err != nil {
				t.Errorf("Ping: %v", err)
			}
			if err := c.Stop(ctx); err != nil || c.State() != tenon.Stopped || !errors.Is(c.Err(), tenon.ErrStopped) {
				t.Errorf("Stop: %v, state %v, %v", err, c.State(), c.Err())
			}
		})
	}
}

func TestCrashOfAForeignPlugin(t *testing.T) {
	c := client(t, "go-plugin", nil)
	greet(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), guard)
	defer cancel()
	v, err := tenon.Dispense(ctx, c, "greeter", tenon.Plugin[netClient]{New: func(*tenon.Object) netClient { return netClient{} }}, nil)
	if err != nil {
		t.Fatal(err)
	}
	v.client.Call("Plugin.Die", 0, new(int))
	if err := c.Wait(ctx); err == nil || !strings.Contains(err.Error(), "exit code 7") {
		t.Errorf("Wait: %v", err)
	}
	if c.State() != tenon.Crashed {
		t.Errorf("state %v", c.State())
	}
}

func TestVersionsThatDoNotFit(t *testing.T) {
	c := client(t, "go-plugin", func(c *goplugin.ClientConfig) { c.ProtocolVersion = 9 })
	ctx, cancel := context.WithTimeout(t.Context(), guard)
	defer cancel()
	if err := c.Start(ctx); err == nil || !strings.Contains(err.Error(), "incompatible API version") {
		t.Errorf("Start: %v", err)
	}
}

// TestBothUnderAGoPluginHost starts the plugin of both kinds from a host of go-plugin.
func TestBothUnderAGoPluginHost(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("BRIDGE_ROLE", "both")
	c := goplugin.NewClient(&goplugin.ClientConfig{HandshakeConfig: handshake, Plugins: plugins, Cmd: exec.Command(exe), Logger: hclog.NewNullLogger()})
	defer c.Kill()
	p, err := c.Client()
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.Dispense("greeter")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.(greeter).Greet(t.Context(), "world"); got != "hello world from go-plugin" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestBothByHand(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = []string{"BRIDGE_ROLE=both"}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "is a plugin") {
		t.Errorf("%v, %s", err, out)
	}
}
