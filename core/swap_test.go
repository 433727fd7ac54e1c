//go:build unix

package tenon_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
)

func init() {
	for name, swapped := range map[string]func() *tenon.Service{
		"swap1":    func() *tenon.Service { return swappedService("one", nil) },
		"swap2":    func() *tenon.Service { return swappedService("two", nil) },
		"swapless": func() *tenon.Service { return configuredService() },
		"swaplock": func() *tenon.Service { return swappedService("locked", lock) },
	} {
		programs[name] = func() {
			tenon.Main(tenon.ServeConfig{Cookie: cookie, Services: tenon.Services{"swapped": swapped(), "more": configuredService()}})
		}
	}
	programs["swaplockmain"] = func() {
		if err := lock(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(4)
		}
		programs["swap2"]()
	}
	programs["swapversion2"] = func() {
		tenon.Main(tenon.ServeConfig{Cookie: cookie, Versions: map[int]tenon.Services{2: {"swapped": swappedService("two", nil)}}})
	}
	programs["swapbackground"] = func() {
		tenon.Main(tenon.ServeConfig{
			Cookie: cookie, Services: tenon.Services{"swapped": swappedService("back", nil)},
			Background: func(context.Context, *tenon.Host) {
				if lock() != nil {
					os.Exit(5)
				}
			},
		})
	}
}

// lockEnv names the file that only one process can have.
const lockEnv = "TENON_TEST_LOCK"

func lock() error {
	fd, err := syscall.Open(os.Getenv(lockEnv), syscall.O_CREAT|syscall.O_RDWR, 0o600)
	if err == nil {
		err = syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err != nil {
		return fmt.Errorf("another process has the lock: %w", err)
	}
	return nil
}

// swapped says which program it is in.
type swapped struct{ name string }

var (
	whoMethod   = rpc.Method[string, string]{Name: "Who"}
	waitMethod  = rpc.Method[time.Duration, string]{Name: "Wait"}
	endlessFlow = rpc.ServerStream[struct{}, int]{Name: "Endless"}
)

func swappedService(name string, open func() error) *tenon.Service {
	return rpc.NewService(
		func(_ context.Context, config string) (*swapped, error) {
			if open != nil {
				if err := open(); err != nil {
					return nil, err
				}
			}
			return &swapped{config + name}, nil
		},
		rpc.Handle(whoMethod, func(s *swapped, _ context.Context, word string) (string, error) { return s.name + " " + word, nil }),
		rpc.Handle(waitMethod, func(s *swapped, ctx context.Context, d time.Duration) (string, error) {
			select {
			case <-time.After(d):
			case <-ctx.Done():
			}
			return s.name, ctx.Err()
		}),
		rpc.HandleServerStream(endlessFlow, func(_ *swapped, ctx context.Context, _ struct{}) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for i := 0; ctx.Err() == nil && yield(i, nil); i++ {
				}
			}
		}),
	)
}

var modes = map[string]tenon.SwapMode{"overlap": tenon.Overlap, "stop first": tenon.StopFirst}

// swapClient returns a client of swap1 and an object there.
func swapClient(t testing.TB, change func(*tenon.ClientConfig)) (*tenon.Client, *tenon.Object) {
	t.Helper()
	t.Setenv(lockEnv, t.TempDir()+"/lock")
	c := newClient(t, "swap1", change)
	o, err := c.Dispense(t.Context(), "swapped", "my ")
	if err != nil {
		t.Fatal(err)
	}
	return c, o
}

func wantWho(t testing.TB, o *tenon.Object, want string) {
	t.Helper()
	if who, err := whoMethod.Call(t.Context(), o, "x"); err != nil || who != want+" x" {
		t.Errorf("%q, %v; want %s", who, err, want)
	}
}

func TestSwap(t *testing.T) {
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			c, o := swapClient(t, nil)
			events := collect(t, c)
			old := c.Info()
			type answer struct {
				who string
				err error
			}
			inFlight := make(chan answer, 1)
			go func() {
				who, err := waitMethod.Call(t.Context(), o, 200*time.Millisecond)
				inFlight <- answer{who, err}
			}()
			for c.Stats().Calls == 0 {
				time.Sleep(time.Millisecond)
			}
			if err := c.Swap(t.Context(), program("swap2"), mode); err != nil {
				t.Fatal(err)
			}
			if a := <-inFlight; a.err != nil || a.who != "my one" {
				t.Errorf("the call in flight: %q, %v", a.who, a.err)
			}
			wantWho(t, o, "my two")
			if alive(old.PID) {
				t.Error("the old process is still there")
			}
			if info := c.Info(); info.Generation < 2 || info.PID == old.PID {
				t.Errorf("Info is %+v", info)
			}
			c.Close()
			if got := kinds(<-events); got != "replaced ready stopped" {
				t.Errorf("the events were %s", got)
			}
		})
	}
}

func TestSwapUnderLoad(t *testing.T) {
	leak.Check(t)
	c, o := swapClient(t, nil)
	var stop atomic.Bool
	var calls atomic.Int64
	var callers sync.WaitGroup
	for i := range 4 {
		callers.Go(func() {
			for n := 0; !stop.Load(); n++ {
				word := fmt.Sprintf("%d-%d", i, n)
				who, err := whoMethod.Call(t.Context(), o, word)
				if name, got, _ := strings.Cut(strings.TrimPrefix(who, "my "), " "); err != nil || got != word || name != "one" && name != "two" {
					t.Errorf("%s: %q, %v", word, who, err)
				}
				calls.Add(1)
			}
		})
	}
	callers.Go(func() { // who comes new is served too
		for !stop.Load() {
			if _, err := c.Describe(t.Context()); err != nil {
				t.Error(err)
			}
			o, err := c.Dispense(t.Context(), "swapped", "my ")
			if err != nil {
				t.Error(err)
				continue
			}
			if _, err := whoMethod.Call(t.Context(), o, "x"); err != nil {
				t.Error(err)
			}
			o.Close()
		}
	})
	for i := range 10 {
		mode := tenon.SwapMode(i % 2)
		if err := c.Swap(t.Context(), program([]string{"swap2", "swap1"}[i/2%2]), mode); err != nil {
			t.Errorf("swap %d: %v", i, err)
		}
	}
	stop.Store(true)
	callers.Wait()
	t.Logf("%d calls", calls.Load())
}

// Streams have the time of draining; then they end with an error that says why, as
// references do.
func TestSwapCutsStreams(t *testing.T) {
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			c, o := swapClient(t, func(cfg *tenon.ClientConfig) { cfg.Stop.Drain = 50 * time.Millisecond })
			swapped := make(chan error, 1)
			began := make(chan struct{})
			ended := make(chan error, 1)
			go func() {
				var last error
				for i, err := range endlessFlow.Call(t.Context(), o, struct{}{}) {
					if i == 0 && err == nil {
						close(began)
					}
					last = err
				}
				ended <- last
			}()
			<-began
			go func() { swapped <- c.Swap(t.Context(), program("swap2"), mode) }()
			if err := <-ended; !errors.Is(err, tenon.ErrReplaced) || !errors.Is(err, tenon.Unavailable) {
				t.Errorf("the stream ended with %v", err)
			}
			if err := <-swapped; err != nil {
				t.Error(err)
			}
			wantWho(t, o, "my two")
		})
	}
}

func TestSwapIsRefused(t *testing.T) {
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			c, o := swapClient(t, nil)
			before := c.Info()
			refused := func(launcher launch.Launcher, want string) {
				t.Helper()
				err := c.Swap(t.Context(), launcher, mode)
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, which does not say %q", err, want)
				}
				if info := c.Info(); fmt.Sprint(info) != fmt.Sprint(before) {
					t.Errorf("it changed from %+v to %+v", before, info)
				}
				wantWho(t, o, "my one")
			}
			refused(nil, "no launcher")
			refused(launch.Command("/no/such/plugin"), "/no/such/plugin")
			refused(program("swapless"), "breaks swapped.Endless: the method is gone; breaks swapped.Wait: the method is gone")
			refused(program("swapversion2"), "no protocol version in common")
			as[*tenon.IncompatibleError](t, c.Swap(t.Context(), program("swapless"), mode))
			if err := c.Swap(t.Context(), program("swap2"), mode+7); !errors.Is(err, tenon.InvalidArgument) {
				t.Errorf("a mode that is none: %v", err)
			}
			// What is not in use may be missing.
			o.Close()
			if err := c.Swap(t.Context(), program("swapless"), mode); err != nil {
				t.Error(err)
			}
		})
	}
}

// A plugin that has a lock is stopped before the next one gets it, wherever it
// takes the lock.
func TestSwapStopFirstForLocks(t *testing.T) {
	leak.Check(t)
	c, o := swapClient(t, nil)
	for i, role := range []string{"swaplock", "swaplock", "swaplockmain", "swaplockmain", "swapbackground", "swapbackground", "swap1"} {
		if err := c.Swap(t.Context(), program(role), tenon.StopFirst); err != nil {
			t.Fatalf("%d, %s: %v", i, role, err)
		}
		want := map[string]string{"swaplock": "my locked", "swaplockmain": "my two", "swapbackground": "my back", "swap1": "my one"}[role]
		wantWho(t, o, want)
	}
	if err := c.Swap(t.Context(), program("swaplock"), tenon.Overlap); err != nil {
		t.Fatal(err)
	}
	wantWho(t, o, "my locked")
	// Without stopping the old one first, the new one cannot have the lock.
	if err := c.Swap(t.Context(), program("swaplockmain"), tenon.Overlap); err == nil || !strings.Contains(err.Error(), "has the lock") {
		t.Errorf("got %v", err)
	}
	wantWho(t, o, "my locked")
}

// A new plugin that fails when the old one has stopped leads back to the old one.
func TestSwapGoesBack(t *testing.T) {
	leak.Check(t)
	c, o := swapClient(t, nil)
	var calls sync.WaitGroup
	calls.Go(func() {
		for range 100 {
			if _, err := whoMethod.Call(t.Context(), o, "x"); err != nil {
				t.Error(err)
			}
		}
	})
	if err := c.Swap(t.Context(), program("exit3"), tenon.StopFirst); err == nil || !strings.Contains(err.Error(), "cannot open the database") {
		t.Errorf("got %v", err)
	}
	calls.Wait()
	wantWho(t, o, "my one")
	if c.State() != tenon.Ready {
		t.Errorf("it is %v", c.State())
	}
}

// When neither starts, the client is as one that crashed.
func TestSwapThatLosesBoth(t *testing.T) {
	leak.Check(t)
	for _, restart := range []tenon.RestartPolicy{{}, always} {
		var starts atomic.Int32
		c, o := swapClient(t, func(cfg *tenon.ClientConfig) {
			good, bad := cfg.Launcher, program("exit0")
			cfg.Restart = restart
			cfg.Launcher = launch.Func(func(ctx context.Context, req launch.Request) (launch.Process, error) {
				if starts.Add(1) == 2 {
					return bad.Launch(ctx, req)
				}
				return good.Launch(ctx, req)
			})
		})
		if err := c.Swap(t.Context(), program("exit3"), tenon.StopFirst); err == nil {
			t.Error("it succeeded")
		}
		_, err := whoMethod.Call(t.Context(), o, "x")
		if restart == always {
			if err != nil {
				t.Errorf("with restarts: %v", err)
			}
		} else if <-c.Done(); c.State() != tenon.Crashed || !strings.Contains(err.Error(), "neither the new plugin starts") || !errors.Is(err, tenon.Unavailable) {
			t.Errorf("it is %v, %v", c.State(), err)
		}
		c.Close()
	}
}

// A swap mends a plugin that crashes all the time, and later restarts use what it
// brought.
func TestSwapWhileRestarting(t *testing.T) {
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			c, o := swapClient(t, func(cfg *tenon.ClientConfig) {
				cfg.Restart = tenon.RestartPolicy{Max: 2, Backoff: time.Hour, MaxBackoff: time.Hour}
			})
			syscall.Kill(c.Info().PID, syscall.SIGKILL)
			for c.State() != tenon.Restarting {
				time.Sleep(time.Millisecond)
			}
			called := make(chan error, 1)
			go func() { _, err := whoMethod.Call(t.Context(), o, "x"); called <- err }()
			if err := c.Swap(t.Context(), program("swap2"), mode); err != nil {
				t.Fatal(err)
			}
			if err := <-called; err != nil {
				t.Errorf("a call that waited: %v", err)
			}
			wantWho(t, o, "my two")
		})
	}
}

// A swap before the start chooses what is started.
func TestSwapBeforeTheStart(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "swap1", nil)
	if err := c.Swap(t.Context(), program("exit3"), tenon.Overlap); err == nil || c.State() != tenon.New {
		t.Errorf("%v; it is %v", err, c.State())
	}
	if err := c.Swap(t.Context(), program("swap2"), tenon.Overlap); err != nil {
		t.Fatal(err)
	}
	o, err := c.Dispense(t.Context(), "swapped", "my ")
	if err != nil {
		t.Fatal(err)
	}
	wantWho(t, o, "my two")
	c.Close()
	if err := c.Swap(t.Context(), program("swap2"), tenon.Overlap); !errors.Is(err, tenon.ErrStopped) {
		t.Errorf("after the end: %v", err)
	}
}

// Stop and Kill end a swap wherever it is, and leave nothing.
func TestStopWhileSwapping(t *testing.T) {
	for name, mode := range modes {
		for how, end := range map[string]func(*tenon.Client){"Close": func(c *tenon.Client) { c.Close() }, "Kill": (*tenon.Client).Kill} {
			t.Run(name+", "+how, func(t *testing.T) {
				leak.Check(t)
				for step := range 6 {
					c, o := swapClient(t, nil)
					swapped := make(chan error, 1)
					go func() { swapped <- c.Swap(t.Context(), program("swap2"), mode) }()
					time.Sleep(time.Duration(step) * 8 * time.Millisecond)
					end(c)
					if c.State() != tenon.Stopped {
						t.Errorf("it is %v", c.State())
					}
					if err := <-swapped; err != nil && !errors.Is(err, tenon.ErrStopped) {
						t.Errorf("the swap: %v", err)
					}
					if _, err := whoMethod.Call(t.Context(), o, "x"); !errors.Is(err, tenon.Unavailable) {
						t.Errorf("a call after the end: %v", err)
					}
				}
			})
		}
	}
}

// A caller that gives up a swap leaves the plugin serving.
func TestSwapIsCanceled(t *testing.T) {
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			c, o := swapClient(t, nil)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if err := c.Swap(ctx, program("silent"), mode); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			wantWho(t, o, "my one")
		})
	}
}

func TestSilentPluginIsRestarted(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "plugin", func(cfg *tenon.ClientConfig) {
		cfg.Silence, cfg.OnSilence = 200*time.Millisecond, tenon.Restart
	})
	events := collect(t, c)
	g := bind(t, c)
	stand(t, c.Info().PID)
	_, err := g.PID(t.Context())
	if crash := as[*tenon.CrashError](t, err); !crash.Silent {
		t.Errorf("got %+v", crash)
	}
	if pid, err := g.PID(t.Context()); err != nil || pid != c.Info().PID {
		t.Errorf("%d, %v", pid, err)
	}
	// A crash of another kind is not restarted where there is no policy.
	g.Exit(t.Context(), 3)
	<-c.Done()
	if got := kinds(<-events); got != "ready silent crashed restarting ready crashed given up" {
		t.Errorf("the events were %s", got)
	}
}
