package shapes

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/tenontest"
	"github.com/tenon-dev/tenon/tools/internal/gen/shapes/other"
)

type greeterImpl struct{}

func (greeterImpl) Greet(_ context.Context, name string) (string, error) { return "hello " + name, nil }
func (greeterImpl) GreetAll(_ context.Context, names []string) ([]string, error) {
	return names, nil
}

// TestVersions holds that each version of an interface is served to the hosts that
// agree on it.
func TestVersions(t *testing.T) {
	newGreeter := func(context.Context) (greeterImpl, error) { return greeterImpl{}, nil }
	versions := GreeterVersions("greeter", GreeterService(newGreeter), GreeterV2Service(newGreeter), nil)
	if len(versions) != 2 || GreeterV10Version != 10 {
		t.Errorf("%d versions, and the tenth is %d", len(versions), GreeterV10Version)
	}
	for _, known := range [][]int{{GreeterVersion}, {GreeterVersion, GreeterV2Version}} {
		client := tenontest.Serve(t, nil, func(host *tenon.ClientConfig, plugin *tenon.ServeConfig) {
			host.Versions, plugin.Versions = known, versions
		})
		first, err := DispenseGreeter(t.Context(), client, "greeter")
		if err != nil {
			t.Fatal(err)
		}
		text, err := first.Greet(t.Context(), "you")
		got(t, "Greet", text, err, "hello you")
		second, err := DispenseGreeterV2(t.Context(), client, "greeter")
		if client.Info().Version == GreeterVersion {
			if !errors.Is(err, tenon.Unimplemented) || !strings.Contains(err.Error(), `service "greeter" is no GreeterV2: it lacks GreetAll, and has Greet`) {
				t.Errorf("version 2 of version 1: %v", err)
			}
			continue
		}
		all, err := second.GreetAll(t.Context(), []string{"a"})
		got(t, "GreetAll", all, err, "[a]")
	}
}

type configured string

func (c configured) Get(context.Context) (string, error)   { return string(c), nil }
func (c configured) Where(context.Context) (string, error) { return string(c), nil }

// TestConfigurations holds where the configuration of a service comes from.
func TestConfigurations(t *testing.T) {
	client := tenontest.Serve(t, tenon.Services{
		"own": OwnConfigService(func(_ context.Context, c OwnConfigConfig) (configured, error) {
			return configured(strings.Repeat("d", c.Depth)), nil
		}),
		"place": PlaceService(func(_ context.Context, p *other.Place) (configured, error) {
			return configured(strings.Repeat("x", int(p.X))), nil
		}),
		"none": UnconfiguredService(func(context.Context) (configured, error) { return "none", nil }),
		"fails": UnconfiguredService(func(context.Context) (configured, error) {
			return "", tenon.Errorf(tenon.FailedPrecondition, "not today")
		}),
	})
	own, err := DispenseOwnConfig(t.Context(), client, "own", OwnConfigConfig{Depth: 2})
	ok(t, "own", err)
	text, err := own.Get(t.Context())
	got(t, "own", text, err, "dd")
	place, err := DispensePlace(t.Context(), client, "place", &other.Place{X: 3})
	ok(t, "place", err)
	text, err = place.Where(t.Context())
	got(t, "place", text, err, "xxx")
	none, err := DispenseUnconfigured(t.Context(), client, "none")
	ok(t, "none", err)
	text, err = none.Get(t.Context())
	got(t, "none", text, err, "none")
	if c, err := DispenseUnconfigured(t.Context(), client, "fails"); c != nil || !errors.Is(err, tenon.FailedPrecondition) {
		t.Errorf("a constructor that fails: %v, %v", c, err)
	}
}

// playPlugin makes the test binary a plugin.
const playPlugin = "SHAPES_TEST_PLUGIN"

func TestMain(m *testing.M) {
	if os.Getenv(playPlugin) != "" {
		tenon.Main(UnconfiguredPlugin(func(context.Context) (configured, error) { return "from a plugin", nil }))
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else every plugin takes a second to exit under the race detector
	os.Exit(m.Run())
}

// TestNewClient holds the short way: a client that starts its plugin.
func TestNewClient(t *testing.T) {
	c := NewUnconfiguredClient(os.Args[0], func(host *tenon.ClientConfig) {
		host.Launcher = launch.Command(os.Args[0], launch.Setenv(playPlugin+"=1"))
	})
	text, err := c.Get(t.Context())
	got(t, "Get", text, err, "from a plugin")
	ok(t, "Close", c.Close())
	ok(t, "Close again", c.Close())
	if _, err := c.Get(t.Context()); !errors.Is(err, rpc.ErrReleased) {
		t.Errorf("after the end: %v", err)
	}
	ok(t, "Close of one that was not used", NewUnconfiguredClient("nowhere").Close())

	none := NewUnconfiguredClient("./there-is-no-such-plugin")
	defer none.Close()
	var start *tenon.StartError
	if _, err := none.Get(t.Context()); !errors.As(err, &start) {
		t.Errorf("no plugin: %v", err)
	}
}
