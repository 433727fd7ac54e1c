package tenon_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
)

// The test binary plays every plugin: TestMain looks at the variable programEnv.
const programEnv = "TENON_TEST_PROGRAM"

var cookie = tenon.Cookie{Key: "CORE_TEST_PLUGIN", Value: "3b1a6f8d"}

// programs are what the test binary can be, by name.
var programs = map[string]func(){
	"plugin": func() {
		tenon.Main(tenon.ServeConfig{Cookie: cookie, Services: testServices(), Name: "test-plugin", Release: "1.2.3"})
	},
	"caller":       playCaller,
	"printer":      playPrinter,
	"asker":        playAsker,
	"terminalhost": playTerminalHost,
	"exit3":        func() { fmt.Fprintln(os.Stderr, "cannot open the database"); os.Exit(3) },
	"exit0":        func() { os.Exit(0) },
	"panic":        func() { panic("no configuration") },
	"silent":       func() { select {} },
	"flood":        flood,
	"garbage":      garbage,
}

func TestMain(m *testing.M) {
	if name := os.Getenv(programEnv); name != "" {
		play, ok := programs[name]
		if !ok {
			fmt.Fprintf(os.Stderr, "no test program %q\n", name)
			os.Exit(99)
		}
		play()
		return
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else every plugin takes a second to exit under the race detector
	os.Exit(m.Run())
}

// program is a launcher of the test binary in a role.
func program(name string, opts ...launch.Option) launch.Launcher {
	return launch.Command(os.Args[0], append(opts, launch.Setenv(programEnv+"="+name))...)
}

// greeter is what the plugin serves.
type greeter struct{}

func (greeter) Ping() string { return "pong" }

func (greeter) Greet(name string) (string, error) {
	if name == "" {
		return "", rpc.Errorf(rpc.InvalidArgument, "no name")
	}
	return "hello, " + name, nil
}

func (greeter) PID() int { return os.Getpid() }

func (greeter) Environ() []string { return os.Environ() }

func (greeter) Exit(code int) { os.Exit(code) }

func (greeter) Print(out, err string) {
	fmt.Fprint(os.Stdout, out)
	fmt.Fprint(os.Stderr, err)
}

func (greeter) Block(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func (greeter) Die(text string) {
	go func() { panic(text) }()
	select {}
}

type greeterClient struct {
	Ping    func(context.Context) (string, error)
	Greet   func(context.Context, string) (string, error)
	PID     func(context.Context) (int, error)
	Environ func(context.Context) ([]string, error)
	Exit    func(context.Context, int) error
	Print   func(context.Context, string, string) error
	Block   func(context.Context) error
	Die     func(context.Context, string) error
}

func testServices() tenon.Services {
	return tenon.Services{"greeter": dynamic.Service(greeter{})}
}

// flood prints for ever, and never speaks.
func flood() {
	line := strings.Repeat("x", 1<<20)
	for {
		fmt.Print(line)
		fmt.Fprint(os.Stderr, line)
	}
}

// garbage takes the link and says something else.
func garbage() {
	link, err := launch.Inherit(os.Getenv(launch.LinkEnv))
	if err != nil {
		panic(err)
	}
	fmt.Fprint(link, "HTTP/1.1 400 Bad Request\r\n\r\n")
	time.Sleep(time.Minute)
}

// newClient returns a client of the test binary in a role; it is closed at the
// end of the test.
func newClient(t testing.TB, role string, change func(*tenon.ClientConfig)) *tenon.Client {
	t.Helper()
	cfg := tenon.ClientConfig{Cookie: cookie, Launcher: program(role)}
	if change != nil {
		change(&cfg)
	}
	c := tenon.NewClient(cfg)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

func bind(t testing.TB, c *tenon.Client) greeterClient {
	t.Helper()
	var g greeterClient
	if err := dynamic.Bind(t.Context(), c, "greeter", &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// as returns the first error of its type in err's tree.
func as[T error](t testing.TB, err error) T {
	t.Helper()
	var target T
	if !errors.As(err, &target) {
		t.Fatalf("got %v, a %T, where a %T is wanted", err, err, target)
	}
	return target
}
