package examples

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"net"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/examples/demo/drivers"
)

// live takes and returns live values.
type live struct{}

func (live) Copy(r io.Reader, w io.Writer) (int64, error) { return io.Copy(w, r) }

func (live) Open(text string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(text)), nil
}

func (live) Double(numbers iter.Seq2[int, error]) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for n, err := range numbers {
			if !yield(2*n, err) {
				return
			}
		}
	}
}

func (live) Each(names []string, visit func(context.Context, string) error) error {
	for _, n := range names {
		if err := visit(context.Background(), n); err != nil {
			return err
		}
	}
	return nil
}

func (live) Dial() (net.Conn, error) {
	a, b := net.Pipe()
	go func() { // ends with the connection
		defer b.Close()
		io.Copy(b, b)
	}()
	return a, nil
}

// TestLiveMatrix passes live values over every transport, with every codec that
// their values pass, through real processes.
func TestLiveMatrix(t *testing.T) {
	for _, tr := range drivers.Transports {
		for _, c := range drivers.Codecs {
			if c.Name() != "proto" {
				t.Run(tr.Name()+" "+c.Name(), func(t *testing.T) {
					testLive(t, newClient(t, []transport.Transport{tr}, []codec.Codec{c}))
				})
			}
		}
	}
}

func testLive(t *testing.T, client *tenon.Client) {
	var l struct {
		Copy   func(context.Context, io.Reader, io.Writer) (int64, error)
		Open   func(context.Context, string) (io.ReadCloser, error)
		Double func(context.Context, iter.Seq2[int, error]) iter.Seq2[int, error]
		Each   func(context.Context, []string, func(context.Context, string) error) error
		Dial   func(context.Context) (net.Conn, error)
	}
	if err := dynamic.Bind(t.Context(), client, "live", &l); err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("all the way around ", 100_000)
	var out bytes.Buffer
	if n, err := l.Copy(t.Context(), strings.NewReader(text), &out); err != nil || n != int64(len(text)) || out.String() != text {
		t.Errorf("Copy: %d bytes, %d arrived, %v", n, out.Len(), err)
	}
	r, err := l.Open(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != text {
		t.Errorf("Open: %d bytes, %v", len(got), err)
	}
	want := 0
	for got, err := range l.Double(t.Context(), func(yield func(int, error) bool) {
		for i := 0; i < 1000 && yield(i, nil); i++ {
		}
	}) {
		if err != nil || got != want {
			t.Fatalf("Double: got %d, %v; not %d", got, err, want)
		}
		want += 2
	}
	if want != 2000 {
		t.Errorf("Double: it ended at %d", want)
	}
	var visited []string
	err = l.Each(t.Context(), []string{"a", "b", "c"}, func(_ context.Context, name string) error {
		if visited = append(visited, name); name == "b" {
			return rpc.Errorf(rpc.FailedPrecondition, "now: %w", errLocked)
		}
		return nil
	})
	if !errors.Is(err, errLocked) || !slices.Equal(visited, []string{"a", "b"}) {
		t.Errorf("Each: %v, %v", visited, err)
	}
	c, err := l.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	echo := make([]byte, 4)
	if _, err := io.WriteString(c, "ping"); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadFull(c, echo); err != nil || string(echo) != "ping" {
		t.Errorf("Dial: %q, %v", echo, err)
	}
}

// runExample builds an example's host and plugin, and returns what the host prints.
func runExample(t *testing.T, name string, args ...string) string {
	t.Helper()
	dir := build(t, map[string]string{"host": name + "/host", "plugin": name + "/plugin"})
	return run(t, filepath.Join(dir, "host"), append([]string{"-plugin", filepath.Join(dir, "plugin")}, args...)...)
}

// TestStreaming holds also that a reader of 1 GiB passes in constant memory: less
// than 40 MB in either process.
func TestStreaming(t *testing.T) {
	got := runExample(t, "streaming", "-size", "1024")
	want := `line 1000: a needle, number 1
line 2000: a needle, number 2
line 3000: a needle, number 3
running totals: 1 3 6 10 15
compressed: more than 500 times smaller, and the same again: true
page 1: the only page; page 2 is not found: true
digest of 1024 MB: 49bc20df…
`
	rest, ok := strings.CutPrefix(got, want)
	if !ok {
		t.Fatalf("it prints\n%s", got)
	}
	peaks := regexp.MustCompile(`^at \d+ MB/s; peak memory: host (\d+) MB, plugin (\d+) MB\n$`).FindStringSubmatch(rest)
	if peaks == nil {
		t.Fatalf("it prints\n%s", got)
	}
	for _, peak := range peaks[1:] {
		mb, _ := strconv.Atoi(peak)
		if mb >= 40 || mb == 0 && runtime.GOOS == "linux" {
			t.Errorf("memory: %s", rest)
		}
	}
}

func TestCallbacks(t *testing.T) {
	want := `progress: 1, a.txt
progress: 2, b.txt
observed: 2 files
alice gave a.txt, b.txt to bob
bob gave a.txt, b.txt to bob
`
	if got := runExample(t, "callbacks"); got != want {
		t.Errorf("it prints\n%s", got)
	}
}

func TestReverseProxy(t *testing.T) {
	want := `hello from the plugin, you
the plugin counted 33554432 of 33554432 bytes
tick 0, tick 1, tick 2
20 requests at the same time
`
	if got := runExample(t, "reverse-proxy"); got != want {
		t.Errorf("it prints\n%s", got)
	}
}
