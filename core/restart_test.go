package tenon_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
)

func init() {
	programs["configured"] = func() {
		tenon.Main(tenon.ServeConfig{Cookie: cookie, Services: tenon.Services{"configured": configuredService()}})
	}
}

// configured is a service that has a configuration, and hands out references.
type configured struct{ prefix string }

var (
	sayMethod  = rpc.Method[string, string]{Name: "Say"}
	diesMethod = rpc.Method[int, struct{}]{Name: "Dies"}
)

func configuredService() *tenon.Service {
	return rpc.NewService(
		func(_ context.Context, prefix string) (*configured, error) {
			if prefix == "refuse" {
				return nil, tenon.Errorf(tenon.PermissionDenied, "not with this prefix")
			}
			return &configured{prefix}, nil
		},
		rpc.Handle(sayMethod, func(c *configured, _ context.Context, word string) (string, error) { return c.prefix + word, nil }),
		rpc.Handle(diesMethod, func(_ *configured, _ context.Context, code int) (struct{}, error) {
			os.Exit(code)
			return struct{}{}, nil
		}),
	)
}

// always restarts at once, any number of times.
var always = tenon.RestartPolicy{Max: -1, Backoff: time.Microsecond, MaxBackoff: time.Microsecond}

func TestRestart(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "configured", func(cfg *tenon.ClientConfig) { cfg.Restart = always })
	events := collect(t, c)
	o, err := c.Dispense(t.Context(), "", "my ")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		before := c.Info()
		if say, err := sayMethod.Call(t.Context(), o, "word"); err != nil || say != "my word" {
			t.Fatalf("round %d: %q, %v", i, say, err)
		}
		_, err := diesMethod.Call(t.Context(), o, 40+i)
		if crash := as[*tenon.CrashError](t, err); crash.ExitCode != 40+i || crash.PID != before.PID {
			t.Errorf("round %d: %+v", i, crash)
		}
		if _, err := c.Describe(t.Context()); err != nil {
			t.Errorf("round %d: %v", i, err)
		}
		if after := c.Info(); after.Generation != before.Generation+1 || after.PID == before.PID {
			t.Errorf("round %d: %+v follows %+v", i, after, before)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	want := "ready" + strings.Repeat(" crashed restarting ready", 5) + " stopped"
	if got := kinds(<-events); got != want {
		t.Errorf("the events were %s", got)
	}
}

// collect returns what happens until the last event.
func collect(t testing.TB, c *tenon.Client) <-chan []tenon.Event {
	all := make(chan []tenon.Event, 1)
	seq := c.Events(t.Context())
	go func() { all <- slices.Collect(seq) }()
	return all
}

func kinds(events []tenon.Event) string {
	var words []string
	for _, e := range events {
		words = append(words, e.Kind.String())
	}
	return strings.Join(words, " ")
}

// Calls under load fail with the crash, or succeed; none hangs, and none that comes
// after a restart fails.
func TestRestartUnderLoad(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "configured", func(cfg *tenon.ClientConfig) { cfg.Restart = always })
	o, err := c.Dispense(t.Context(), "configured", "my ")
	if err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var good, failed atomic.Int64
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			for !stop.Load() {
				word := fmt.Sprint(i)
				say, err := sayMethod.Call(t.Context(), o, word)
				var crash *tenon.CrashError
				switch {
				case err == nil && say == "my "+word:
					good.Add(1)
				case errors.As(err, &crash):
					failed.Add(1)
				default:
					t.Errorf("%q, %v", say, err)
				}
			}
		})
	}
	callers.Go(func() { // objects that are made while it crashes
		for !stop.Load() {
			o, err := c.Dispense(t.Context(), "configured", "my ")
			if err != nil {
				t.Error(err)
				continue
			}
			o.Close()
		}
	})
	for range 20 {
		mark := good.Load()
		if _, err := diesMethod.Call(t.Context(), o, 1); err == nil {
			t.Error("it lives")
		}
		for good.Load() < mark+20 {
			time.Sleep(time.Millisecond)
		}
	}
	stop.Store(true)
	callers.Wait()
	if g := c.Info().Generation; g < 21 {
		t.Errorf("there were %d processes", g)
	}
	t.Logf("%d calls succeeded, %d failed", good.Load(), failed.Load())
}

func TestRestartsHaveALimit(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.Restart = tenon.RestartPolicy{Max: 2, Within: time.Hour, Backoff: time.Microsecond}
	})
	events := collect(t, c)
	g := bind(t, c)
	for i := range 3 {
		if err := g.Exit(t.Context(), 7); err == nil {
			t.Fatalf("exit %d: it lives", i)
		}
	}
	<-c.Done()
	given := as[*tenon.RestartError](t, c.Err())
	if crash := as[*tenon.CrashError](t, c.Err()); c.State() != tenon.Crashed || given.Restarts != 2 || given.Within != time.Hour || crash.ExitCode != 7 {
		t.Errorf("it is %v, %v", c.State(), c.Err())
	}
	_, err := g.Ping(t.Context())
	if as[*tenon.CrashError](t, err); !errors.Is(err, tenon.Unavailable) {
		t.Errorf("a call after the end: %v", err)
	}
	if got := kinds(<-events); got != "ready crashed restarting ready crashed restarting ready crashed given up" {
		t.Errorf("the events were %s", got)
	}
}

// Restarts that fail count, and the last failure is told.
func TestRestartThatFails(t *testing.T) {
	leak.Check(t)
	var starts atomic.Int32
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		good, bad := cfg.Launcher, program("exit3")
		cfg.Restart = tenon.RestartPolicy{Max: 3, Backoff: time.Microsecond}
		cfg.Launcher = launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
			if starts.Add(1) == 1 {
				return good.Launch(ctx, req)
			}
			return bad.Launch(ctx, req)
		})
	})
	events := collect(t, c)
	g := bind(t, c)
	g.Exit(t.Context(), 7)
	_, err := g.Ping(t.Context()) // waits for a restart that never succeeds
	if start := as[*tenon.StartError](t, err); start.Exit.Code != 3 || !strings.Contains(err.Error(), "cannot open the database") {
		t.Errorf("got %v", err)
	}
	<-c.Done()
	if given := as[*tenon.RestartError](t, c.Err()); given.Restarts != 3 || starts.Load() != 4 {
		t.Errorf("%v, after %d starts", c.Err(), starts.Load())
	}
	if got := kinds(<-events); got != "ready crashed restarting start failed start failed start failed given up" {
		t.Errorf("the events were %s", got)
	}
}

// Who waits for a restart can give up, and is told why it waited; Stop ends the
// waiting.
func TestStopWhileRestarting(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.Restart = tenon.RestartPolicy{Max: 1, Backoff: time.Hour, MaxBackoff: time.Hour}
	})
	g := bind(t, c)
	g.Exit(t.Context(), 7)
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := g.Ping(short)
	if as[*tenon.CrashError](t, err); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, tenon.DeadlineExceeded) || c.State() != tenon.Restarting {
		t.Errorf("it is %v: %v", c.State(), err)
	}
	if _, err := c.Ping(t.Context()); !errors.Is(err, tenon.Unavailable) {
		t.Errorf("Ping while it restarts: %v", err)
	}
	waits := make(chan error, 1)
	go func() { _, err := g.Ping(t.Context()); waits <- err }()
	time.Sleep(10 * time.Millisecond)
	if err := c.Stop(t.Context()); err != nil || c.State() != tenon.Stopped {
		t.Errorf("Stop: %v; it is %v", err, c.State())
	}
	if err := <-waits; !errors.Is(err, tenon.ErrStopped) {
		t.Errorf("one that waited: %v", err)
	}
}

// Kill ends a restart that is under way.
func TestKillWhileRestarting(t *testing.T) {
	leak.Check(t)
	var starts atomic.Int32
	second := make(chan struct{})
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		good, never := cfg.Launcher, program("silent")
		cfg.Restart = always
		cfg.Launcher = launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
			if starts.Add(1) == 1 {
				return good.Launch(ctx, req)
			}
			defer close(second)
			return never.Launch(ctx, req)
		})
	})
	g := bind(t, c)
	g.Exit(t.Context(), 7)
	<-second
	c.Kill()
	if c.State() != tenon.Stopped {
		t.Errorf("it is %v", c.State())
	}
}

// A new process is not used before the gate has let it in.
func TestReadyGate(t *testing.T) {
	leak.Check(t)
	var asked atomic.Int32
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.Restart = always
		cfg.Ready = func(ctx context.Context, plugin *tenon.Candidate) error {
			var g greeterClient
			if err := dynamic.Bind(ctx, plugin, "greeter", &g); err != nil {
				return err
			}
			switch n := asked.Add(1); n {
			case 2:
				return errors.New("not warm yet")
			case 3:
				g.Exit(ctx, 9)
			}
			_, err := g.Ping(ctx)
			if _, perr := plugin.Ping(ctx); perr != nil {
				return perr
			}
			return err
		}
	})
	events := collect(t, c)
	g := bind(t, c)
	g.Exit(t.Context(), 7)
	if _, err := g.Ping(t.Context()); err != nil || asked.Load() != 4 {
		t.Errorf("%v, asked %d times", err, asked.Load())
	}
	c.Close()
	all := <-events
	if got := kinds(all); got != "ready crashed restarting start failed start failed ready stopped" {
		t.Fatalf("the events were %s", got)
	}
	if !strings.Contains(all[3].Err.Error(), "not ready: not warm yet") || !strings.Contains(all[4].Err.Error(), "ended before it was ready (exit code 9)") {
		t.Errorf("the gate said %v, then %v", all[3].Err, all[4].Err)
	}
}

// A service that refuses to make an object again says so to the call.
func TestRestartWhoseObjectIsRefused(t *testing.T) {
	c := newClient(t, "configured", func(cfg *tenon.ClientConfig) { cfg.Restart = always })
	config := "my "
	o, err := c.Dispense(t.Context(), "configured", &config)
	if err != nil {
		t.Fatal(err)
	}
	diesMethod.Call(t.Context(), o, 1)
	config = "refuse"
	if _, err := sayMethod.Call(t.Context(), o, "x"); !errors.Is(err, tenon.PermissionDenied) {
		t.Errorf("got %v", err)
	}
	config = "now "
	if say, err := sayMethod.Call(t.Context(), o, "x"); err != nil || say != "now x" {
		t.Errorf("%q, %v", say, err)
	}
}
