package pair

import (
	"context"
	"errors"
	"net"
	"net/rpc"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
	"github.com/tenon-dev/tenon/compat-goplugin/test/ours"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// The tests of this file hold what programs in the field rely on beyond the API.

// grpcClient starts a gRPC plugin of the original and returns what programs cast to.
func grpcClient(t *testing.T, change func(*goplugin.ClientConfig)) (*goplugin.Client, *goplugin.GRPCClient) {
	t.Helper()
	cfg := &goplugin.ClientConfig{
		HandshakeConfig: ours.Handshake, Plugins: goplugin.PluginSet{"svc": ours.Fixture{Version: 1}},
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC}, Logger: hclog.NewNullLogger(),
		Cmd: command(t, "theirs", contract.Plugin{GRPC: true}),
	}
	if change != nil {
		change(cfg)
	}
	c := goplugin.NewClient(cfg)
	t.Cleanup(func() { within(t, "Kill", c.Kill) })
	p, err := c.Client()
	if err != nil {
		t.Fatal(err)
	}
	return c, p.(*goplugin.GRPCClient)
}

// TestStatusCodesArriveAsTheyAre has hosts ask for services that are not there, and for
// plugins that are gone.
func TestStatusCodesArriveAsTheyAre(t *testing.T) {
	c, g := grpcClient(t, nil)
	call := func() error {
		return g.Conn.Invoke(t.Context(), "/no.Service/Call", new(emptypb.Empty), new(emptypb.Empty))
	}
	if s, ok := status.FromError(call()); !ok || s.Code() != codes.Unimplemented {
		t.Errorf("an unknown service: %v", s)
	}
	if err := syscall.Kill(c.ReattachConfig().Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the plugin ends", c.Exited)
	if code := status.Code(call()); code != codes.Unavailable && code != codes.Canceled {
		t.Errorf("a plugin that is gone: %v", code)
	}
}

// TestErrorOfAPluginThatIsGone compares with the text that hosts look for.
func TestErrorOfAPluginThatIsGone(t *testing.T) {
	pairings(t, func(t *testing.T, host, plugin string) {
		c, svc := start(t, host, plugin, contract.Host{}, contract.Plugin{})
		svc.Do("exit", "3")
		eventually(t, "the plugin ends", c.Exited)
		// The first calls may meet the link before net/rpc has read its end.
		eventually(t, "calls after the end say so", func() bool {
			_, err := svc.Do("echo", "x")
			return err != nil && goplugin.NewBasicError(err).Error() == rpc.ErrShutdown.Error()
		})
	})
}

// TestReattachToSomebodyElse attaches where another program has taken the socket, which
// hosts find out by a Ping.
func TestReattachToSomebodyElse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	go server.Serve(l)
	defer server.Stop()
	var log buffer
	c := hosts["ours"](contract.Host{
		GRPC: true, Logger: hclog.New(&hclog.LoggerOptions{Output: &log, Level: hclog.Debug}),
		Reattach: &contract.Reattach{Protocol: "grpc", Network: "unix", Address: path, Pid: os.Getpid(), Test: true},
	})
	if err := c.Ping(); status.Code(err) != codes.Unimplemented {
		t.Errorf("Ping: %v", err)
	}
	within(t, "Close", func() { c.Close() })
	within(t, "Kill", c.Kill)
}

// TestEndOfAReattachedPluginIsLogged looks for the line that operators know.
func TestEndOfAReattachedPluginIsLogged(t *testing.T) {
	first, _ := start(t, "ours", "theirs", contract.Host{}, contract.Plugin{GRPC: true})
	var log buffer
	second, svc := start(t, "ours", "theirs", contract.Host{
		Reattach: first.Reattach(), Logger: hclog.New(&hclog.LoggerOptions{Output: &log, Level: hclog.Debug}),
	}, contract.Plugin{})
	echo(t, svc)
	within(t, "Kill", first.Kill)
	eventually(t, "the second client notices", second.Exited)
	eventually(t, "the line", func() bool { return strings.Contains(log.String(), "reattached plugin process exited") })
}

// TestDialOptions has the host's own options used, beside those of the library.
func TestDialOptions(t *testing.T) {
	var calls atomic.Int32
	_, g := grpcClient(t, func(cfg *goplugin.ClientConfig) {
		cfg.GRPCDialOptions = []grpc.DialOption{grpc.WithUnaryInterceptor(func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			calls.Add(1)
			return invoker(ctx, method, req, reply, cc, opts...)
		})}
	})
	if err := g.Ping(); err != nil || calls.Load() != 1 {
		t.Errorf("%d calls were intercepted, %v", calls.Load(), err)
	}
}

// TestLogBufferSize cuts lines where the host says.
func TestLogBufferSize(t *testing.T) {
	var log buffer
	_, g := grpcClient(t, func(cfg *goplugin.ClientConfig) {
		cfg.PluginLogBufferSize = 16
		cfg.Logger = hclog.New(&hclog.LoggerOptions{Output: &log, Level: hclog.Debug})
	})
	v, err := g.Dispense("svc")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.(contract.Service).Do("rawstderr", "0123456789abcdefghij\n"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the parts of the line", func() bool {
		text := log.String()
		return strings.Contains(text, ": 0123456789abcdef\n") && strings.Contains(text, ": ghij\n")
	})
}

// TestTestModeLeavesSignalsAlone interrupts a program that serves in test mode: it ends,
// as it would without a plugin in it.
func TestTestModeLeavesSignalsAlone(t *testing.T) {
	cmd := command(t, "testmode", contract.Plugin{GRPC: true})
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 64)
	if n, err := out.Read(buf); strings.TrimSpace(string(buf[:n])) != strconv.Itoa(cmd.Process.Pid) {
		t.Errorf("it said %q, %v", buf[:n], err)
	}
	cmd.Process.Signal(os.Interrupt)
	within(t, "the end", func() { cmd.Wait() })
	if s, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || s.Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v", cmd.ProcessState)
	}
}

// TestTestModeWithItsOutput has what is printed in test mode reach the host.
func TestTestModeWithItsOutput(t *testing.T) {
	for _, grpc := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		r, closed := ours.ServeTest(ctx, contract.Plugin{GRPC: grpc}, true)
		var stdout buffer
		c, svc := start(t, "ours", "ours", contract.Host{Reattach: r, SyncStdout: &stdout}, contract.Plugin{})
		if _, err := svc.Do("stdout", "printed in test mode\n"); err != nil {
			t.Error(err)
		}
		eventually(t, "the output arrives", func() bool { return stdout.String() == "printed in test mode\n" })
		within(t, "Close", func() { c.Close() })
		cancel()
		within(t, "the end of Serve", func() { <-closed })
	}
}

// TestServeMux has one executable serve what its argument names.
func TestServeMux(t *testing.T) {
	for arg, want := range map[string]string{"first": "", "none": `no plugin named "none"`} {
		cmd := command(t, "servemux", contract.Plugin{})
		cmd.Args = append(cmd.Args, arg)
		var log buffer
		c := hosts["theirs"](contract.Host{Cmd: cmd, Stderr: &log, Logger: hclog.NewNullLogger()})
		svc, err := c.Dispense("svc")
		if want != "" {
			if err == nil || !strings.Contains(log.String(), want) {
				t.Errorf("%s: %v, %s", arg, err, log.String())
			}
		} else if err != nil {
			t.Error(err)
		} else {
			echo(t, svc)
		}
		within(t, "Kill", c.Kill)
	}
}

// TestKilledIsSet reads what programs read after CleanupClients.
func TestKilledIsSet(t *testing.T) {
	goplugin.CleanupClients()
	if atomic.LoadUint32(&goplugin.Killed) != 1 {
		t.Error("Killed is not 1")
	}
}

// TestSecondClientOfOneCommand gives the error that os/exec would give.
func TestSecondClientOfOneCommand(t *testing.T) {
	cmd := command(t, "ours", contract.Plugin{})
	_, svc := start(t, "ours", "", contract.Host{Cmd: cmd}, contract.Plugin{})
	echo(t, svc)
	c := ours.New(contract.Host{Cmd: cmd})
	if err := c.Start(); err == nil || errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "already started") {
		t.Errorf("Start: %v", err)
	}
	within(t, "Kill", c.Kill)
}
