//go:build unix

package tenon_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
)

const hookEnv = "TENON_TEST_HOOK"

// hooks are what OnShutdown of the test program "hooked" does, by name.
var hooks = map[string]func(context.Context){
	"":       nil,
	"hangs":  func(context.Context) { select {} },
	"panics": func(context.Context) { panic("in the hook") },
	"waits":  func(ctx context.Context) { <-ctx.Done() },
}

func init() {
	programs["hooked"] = func() {
		tenon.Main(tenon.ServeConfig{
			Cookie: cookie, Services: tenon.Services{"nanny": dynamic.Service(nanny{})}, OnShutdown: hooks[os.Getenv(hookEnv)],
		})
	}
	programs["hookhost"] = func() {
		os.Setenv(programEnv, "") // not for the plugin
		client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: program("hooked")})
		var n struct{ Child func() (int, error) }
		if err := dynamic.Bind(context.Background(), client, "nanny", &n); err != nil {
			panic(err)
		}
		child, err := n.Child()
		if err != nil {
			panic(err)
		}
		if os.Getenv(hookEnv) == "waits" {
			go client.Close()
			time.Sleep(50 * time.Millisecond) // most often it is in the hook then
		}
		fmt.Printf("%d %d\n", client.Info().PID, child)
		select {}
	}
}

// TestHookKeepsNothingAlive: what OnShutdown does is no reason to outlive a host, for the
// plugin or for what it started.
func TestHookKeepsNothingAlive(t *testing.T) {
	for name := range hooks {
		host := exec.Command(os.Args[0])
		host.Env = append(os.Environ(), programEnv+"=hookhost", hookEnv+"="+name)
		host.Stderr = os.Stderr
		out, err := host.StdoutPipe()
		if err == nil {
			err = host.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		host.Process.Kill()
		host.Wait()
		if err != nil {
			t.Fatal(err)
		}
		var plugin, child int
		fmt.Sscan(line, &plugin, &child)
		t.Logf("a hook that %s", name)
		gone(t, plugin)
		gone(t, child)
	}
}

// TestHookThatPanics: nobody waits for it any longer, and it is said.
func TestHookThatPanics(t *testing.T) {
	leak.Check(t)
	t.Setenv(hookEnv, "panics")
	var stderr synced
	c := newClient(t, "hooked", func(cfg *tenon.ClientConfig) {
		cfg.Stop.Drain = time.Hour
		cfg.Stderr = &stderr
	})
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	c.Stop(ctx)
	if ctx.Err() != nil {
		t.Error("Stop waited for a hook that had panicked")
	}
	if s := stderr.String(); !strings.Contains(s, "OnShutdown panicked: in the hook") || !strings.Contains(s, "hook_test.go") {
		t.Errorf("the plugin says %q", s)
	}
}
