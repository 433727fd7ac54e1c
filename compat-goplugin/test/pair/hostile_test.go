package pair

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
	"github.com/tenon-dev/tenon/compat-goplugin/test/ours"
)

// playHostile plays programs that are no proper plugins.
func playHostile(role string) {
	role, arg, _ := strings.Cut(role, " ")
	if role == "servemux" { // its argument is its own
		os.Args = os.Args[len(os.Args)-2:]
	}
	switch role {
	case "say": // a line, and then nothing
		fmt.Println(arg)
		time.Sleep(time.Hour)
	case "wait":
		time.Sleep(time.Hour)
	case "die":
		fmt.Fprintln(os.Stderr, "no configuration")
		os.Exit(3)
	case "close":
		os.Stdout.Close()
		time.Sleep(time.Hour)
	case "endless":
		for {
			os.Stdout.WriteString(strings.Repeat("x", 4096))
		}
	case "certificate":
		fmt.Println("1|1|unix|/tmp/x|grpc|" + strings.Repeat("A", 1<<20))
		time.Sleep(time.Hour)
	case "mute": // listens and never says a word
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		fmt.Printf("1|1|tcp|%s|%s\n", l.Addr(), arg)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go io.Copy(io.Discard, conn)
		}
	case "old": // answers with four fields, as the first releases did
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		fmt.Printf("1|1|tcp|%s\n", l.Addr())
		done := make(chan struct{})
		server := &goplugin.RPCServer{Plugins: goplugin.PluginSet{"svc": ours.Fixture{Version: 1}}, Stdout: new(bytes.Buffer), Stderr: new(bytes.Buffer), DoneCh: done}
		go server.Serve(l)
		<-done
	case "testmode":
		r, closed := ours.ServeTest(context.Background(), contract.Plugin{GRPC: true}, false)
		fmt.Println(r.Pid)
		<-closed
	case "servemux":
		goplugin.ServeMux(goplugin.ServeMuxMap{"first": ours.Config(contract.Plugin{})})
	case "log": // prints lines to stderr, as the host says
		for _, line := range strings.Split(os.Getenv("PAIR_LINES"), "\n") {
			fmt.Fprintln(os.Stderr, line)
		}
		ours.Serve(contract.Plugin{})
	default:
		panic("unknown role " + role)
	}
}

func hostile(t *testing.T, role string, h contract.Host) contract.Client {
	t.Helper()
	leaks(t)
	h.Cmd = command(t, role, contract.Plugin{})
	h.GRPC = true
	if h.Logger == nil {
		h.Logger = hclog.NewNullLogger()
	}
	c := ours.New(h)
	t.Cleanup(func() { within(t, "Kill", c.Kill) })
	return c
}

func TestStartsThatFail(t *testing.T) {
	tests := []struct {
		name, role string
		host       contract.Host
		want       []string
	}{
		{"text", "say hello world", contract.Host{}, []string{"unrecognized remote plugin message", `"hello world"`}},
		{"too few fields", "say 1|2|3", contract.Host{}, []string{"unrecognized"}},
		{"another core", "say 2|1|unix|/x", contract.Host{}, []string{"core API version", "2"}},
		{"another version", "say 1|9|unix|/x", contract.Host{}, []string{"incompatible API version with plugin", "9", "[1]"}},
		{"another network", "say 1|1|ipx|/x", contract.Host{}, []string{`"ipx"`}},
		{"another protocol", "say 1|1|unix|/x|soap", contract.Host{}, []string{`"soap"`}},
		{"no multiplexing", "say 1|1|unix|/x|grpc|", contract.Host{Multiplex: true}, []string{"multiplexing"}},
		{"refuses multiplexing", "say 1|1|unix|/x|grpc||false", contract.Host{Multiplex: true}, []string{"multiplexing"}},
		{"a certificate unasked", "say 1|1|unix|/x|grpc|" + certificate(t), contract.Host{}, []string{"AutoMTLS"}},
		{"a bad certificate", "say 1|1|unix|/x|grpc|" + strings.Repeat("A", 60), contract.Host{AutoMTLS: true}, []string{"certificate"}},
		{"a huge certificate", "certificate", contract.Host{AutoMTLS: true}, []string{"more than"}},
		{"an endless line", "endless", contract.Host{}, []string{"more than"}},
		{"exit", "die", contract.Host{}, []string{"exited before", "exit status 3", "no configuration"}},
		{"stdout closed", "close", contract.Host{Timeout: 300 * time.Millisecond}, []string{"timeout while waiting for plugin to start"}},
		{"silence", "wait", contract.Host{Timeout: 300 * time.Millisecond}, []string{"timeout while waiting for plugin to start"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := hostile(t, test.role, test.host)
			within(t, "Start", func() {
				err := c.Start()
				if err == nil {
					t.Fatal("it started")
				}
				for _, want := range test.want {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("the error lacks %q: %v", want, err)
					}
				}
				if len(err.Error()) > 4096 {
					t.Errorf("the error has %d bytes", len(err.Error()))
				}
				if again := c.Start(); again == nil || again.Error() != err.Error() {
					t.Errorf("a second Start says: %v", again)
				}
			})
			if c.Reattach() != nil {
				t.Error("there is a ReattachConfig")
			}
		})
	}
}

func certificate(t *testing.T) string {
	t.Helper()
	cfg, err := contract.ServerTLS()
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawStdEncoding.EncodeToString(cfg.Certificates[0].Certificate[0])
}

func TestNoSuchFile(t *testing.T) {
	cmd := command(t, "ours", contract.Plugin{})
	cmd.Path = filepath.Join(t.TempDir(), "none")
	c := ours.New(contract.Host{Cmd: cmd})
	if err := c.Start(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Start: %v", err)
	}
	within(t, "Kill", c.Kill)
}

// TestMutePlugin connects to a plugin that accepts connections and says nothing.
func TestMutePlugin(t *testing.T) {
	for _, protocol := range []string{"netrpc", "grpc"} {
		t.Run(protocol, func(t *testing.T) {
			c := hostile(t, "mute "+protocol, contract.Host{Timeout: 2 * time.Second})
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			within(t, "Kill", c.Kill)
		})
	}
}

// TestKillWhileItStarts gives up the start of a plugin that never answers.
func TestKillWhileItStarts(t *testing.T) {
	c := hostile(t, "wait", contract.Host{})
	started := make(chan error, 1)
	go func() { started <- c.Start() }()
	eventually(t, "the process runs", func() bool { return c.ID() != "" })
	within(t, "Kill", c.Kill)
	within(t, "Start", func() {
		if err := <-started; err == nil || !strings.Contains(err.Error(), "killed while") {
			t.Errorf("Start: %v", err)
		}
	})
}

func TestOldAnswer(t *testing.T) {
	c := hostile(t, "old", contract.Host{})
	svc, err := c.Dispense("svc")
	if err != nil {
		t.Fatal(err)
	}
	echo(t, svc)
	if c.Protocol() != "netrpc" {
		t.Errorf("protocol %s", c.Protocol())
	}
	within(t, "Kill", c.Kill)
}

// TestLog has the lines of a plugin's standard error arrive in the host's log.
func TestLog(t *testing.T) {
	lines := []string{
		`{"@level":"warn","@message":"careful","@module":"sub","@timestamp":"2024-01-02T03:04:05.000000Z","zone":"eu"}`,
		`{"@level":"trace","@message":"too fine","@timestamp":"2024-01-02T03:04:05.000000Z"}`,
		`{"some":"json"}`, `{"@message":1}`, `{"@timestamp":[]}`, `[INFO] named`, `plain`,
		strings.Repeat("long", 25000), `panic: oh no`, `goroutine 1 [running]:`,
	}
	t.Setenv("PAIR_LINES", strings.Join(lines, "\n"))
	var log, raw buffer
	c := hostile(t, "log", contract.Host{Stderr: &raw, Logger: hclog.New(&hclog.LoggerOptions{Output: &log, Level: hclog.Debug, Name: "host"})})
	svc, err := c.Dispense("svc")
	if err != nil {
		t.Fatal(err)
	}
	echo(t, svc)
	within(t, "Kill", c.Kill)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := "host." + filepath.Base(exe) + ": "
	for _, want := range []string{
		"[WARN]  " + name + "careful: @module=sub zone=eu timestamp=2024-01-02T03:04:05.000Z",
		"[DEBUG] " + name + `{"some":"json"}`, "[DEBUG] " + name + `{"@message":1}`, "[DEBUG] " + name + `{"@timestamp":[]}`,
		"[INFO]  " + name + "[INFO] named", "[DEBUG] " + name + "plain", "[DEBUG] " + name + "longlong",
		"[ERROR] " + name + "panic: oh no", "[ERROR] " + name + "goroutine 1 [running]:",
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	if strings.Contains(log.String(), "too fine") {
		t.Error("the log has a record of a level that it does not take")
	}
	if !strings.HasPrefix(raw.String(), strings.Join(lines, "\n")+"\n") {
		t.Errorf("Stderr got %d bytes, and not those that were printed", len(raw.String()))
	}
	if t.Failed() {
		t.Logf("%.4000s", log.String())
	}
}

// TestManyStarts starts and kills plugins, and counts what is left.
func TestManyStarts(t *testing.T) {
	leaks(t)
	files := func() int {
		entries, _ := os.ReadDir("/proc/self/fd")
		return len(entries)
	}
	for _, mux := range []bool{false, true} {
		var before int
		for i := range 6 {
			c, svc := start(t, "ours", "ours", contract.Host{Multiplex: mux, AutoMTLS: true}, contract.Plugin{GRPC: true})
			if got, err := svc.CallBack(strings.ToUpper, "x"); got != "X" || err != nil {
				t.Fatal(got, err)
			}
			within(t, "Kill", c.Kill)
			if i == 0 {
				before = files()
			}
		}
		runtime.GC()
		eventually(t, "descriptors are closed", func() bool { return files() <= before+2 })
	}
}
