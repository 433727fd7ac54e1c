package tenon_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"
)

// playPrinter is a plugin that prints in every way that there is.
func playPrinter() {
	if len(os.Args) > 1 { // a child of the plugin
		fmt.Println("the child's stdout")
		fmt.Fprintln(os.Stderr, "the child's stderr")
		return
	}
	tenon.Main(tenon.ServeConfig{Cookie: cookie, Services: tenon.Services{"printer": dynamic.Service(printer{})}})
}

type printer struct{}

// Lines prints numbered lines to both outputs, the long ones far over what any
// buffer holds.
func (printer) Lines(n, long int) {
	for i := range n {
		fmt.Printf("out %d\n", i)
		fmt.Fprintf(os.Stderr, "err %d\n", i)
	}
	fmt.Print(strings.Repeat("x", long), "\n")
}

// Child runs a child that inherits the plugin's outputs.
func (printer) Child() error {
	cmd := exec.Command(os.Args[0], "child")
	cmd.Env = append(os.Environ(), programEnv+"=printer")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// Last prints and ends the process in the same moment.
func (printer) Last(how string, size int) {
	os.Stdout.WriteString(strings.Repeat("y", size) + "the end")
	if how == "panic" {
		go func() { panic("with its last word") }()
		select {}
	}
	os.Exit(5)
}

// Read returns the first line of stdin.
func (printer) Read() (string, error) {
	var line string
	_, err := fmt.Fscanln(os.Stdin, &line)
	return line, err
}

type printerFuncs struct {
	Lines func(ctx context.Context, n, long int) error
	Child func(context.Context) error
	Last  func(ctx context.Context, how string, size int) error
	Read  func(context.Context) (string, error)
}

// outputs are the writers of a host.
type outputs struct{ out, err synced }

type synced struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *synced) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *synced) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func startPrinter(t *testing.T, opts ...launch.Option) (*tenon.Client, *printerFuncs, *outputs) {
	t.Helper()
	o := &outputs{}
	c := newClient(t, "printer", func(cfg *tenon.ClientConfig) {
		cfg.Launcher = program("printer", opts...)
		cfg.Stdout, cfg.Stderr = &o.out, &o.err
	})
	var p printerFuncs
	if err := dynamic.Bind(t.Context(), c, "printer", &p); err != nil {
		t.Fatal(err)
	}
	return c, &p, o
}

func TestOutputIsCompleteAndInOrder(t *testing.T) {
	c, p, o := startPrinter(t)
	const lines, long = 5000, 3 << 20
	if err := p.Lines(t.Context(), lines, long); err != nil {
		t.Fatal(err)
	}
	if err := p.Child(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.Close()
	var wantOut, wantErr strings.Builder
	for i := range lines {
		fmt.Fprintf(&wantOut, "out %d\n", i)
		fmt.Fprintf(&wantErr, "err %d\n", i)
	}
	wantOut.WriteString(strings.Repeat("x", long) + "\nthe child's stdout\n")
	wantErr.WriteString("the child's stderr\n")
	if o.out.String() != wantOut.String() {
		t.Errorf("stdout has %d bytes, not %d, or another order", len(o.out.String()), wantOut.Len())
	}
	if o.err.String() != wantErr.String() {
		t.Errorf("stderr has %d bytes, not %d, or another order", len(o.err.String()), wantErr.Len())
	}
}

func TestNothingIsLostAtTheEnd(t *testing.T) {
	for _, how := range []string{"exit", "panic"} {
		t.Run(how, func(t *testing.T) {
			c, p, o := startPrinter(t)
			const size = 1 << 20
			crash := as[*tenon.CrashError](t, p.Last(t.Context(), how, size))
			<-c.Done()
			if got := o.out.String(); len(got) != size+len("the end") || !strings.HasSuffix(got, "the end") {
				t.Errorf("stdout has %d bytes", len(got))
			}
			if how == "panic" && (!strings.Contains(o.err.String(), "panic: with its last word") || !strings.Contains(crash.Panic, "with its last word")) {
				t.Errorf("stderr is %q, the crash %+v", o.err.String(), crash)
			}
		})
	}
}

func TestStdin(t *testing.T) {
	_, p, _ := startPrinter(t, launch.Stdin(strings.NewReader("secret\n")))
	if line, err := p.Read(t.Context()); err != nil || line != "secret" {
		t.Errorf("it read %q, %v", line, err)
	}
	_, p, _ = startPrinter(t) // nothing is handed over unasked
	if line, err := p.Read(t.Context()); err == nil {
		t.Errorf("it read %q", line)
	}
}
