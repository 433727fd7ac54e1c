package examples

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/examples/demo/drivers"
)

// The test binary is the plugin too.
const playPlugin = "EXAMPLES_TEST_PLUGIN"

func TestMain(m *testing.M) {
	if os.Getenv(playPlugin) != "" {
		tenon.Main(tenon.ServeConfig{
			Cookie: drivers.Cookie,
			Services: tenon.Services{
				"plain":   dynamic.Service(plain{}),
				"message": dynamic.Service(message{}),
				"live":    dynamic.Service(live{}),
			},
			Transports: drivers.Transports,
			Codecs:     drivers.Codecs,
			Errors:     matrixErrors,
			Limits:     tenon.Limits{Streams: manyStreams},
		})
	}
	leaveOutWhatNeedsFiles()
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else every plugin takes a second to exit under the race detector
	os.Exit(m.Run())
}

var (
	errLocked    = errors.New("locked")
	matrixErrors = tenon.Errors{"matrix.locked": errLocked}
)

// record has something of everything that crosses in every codec but proto.
type record struct {
	Name    string
	Numbers []int32
	Data    []byte
	When    time.Time
	Tags    map[string]string
	Inner   *record
}

type plain struct{}

func (plain) Echo(r record) record { return r }

func (plain) Bytes(b []byte) []byte { return b }

func (plain) Fail() error { return rpc.Errorf(rpc.FailedPrecondition, "now: %w", errLocked) }

func (plain) Panic() { panic("matrix") }

func (plain) Block(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

type message struct{}

func (message) Echo(b *wrapperspb.BytesValue) *wrapperspb.BytesValue { return b }

func newClient(t *testing.T, transports []transport.Transport, codecs []codec.Codec) *tenon.Client {
	t.Helper()
	client := tenon.NewClient(tenon.ClientConfig{
		Cookie:     drivers.Cookie,
		Launcher:   launch.Command(os.Args[0], launch.Setenv(playPlugin+"=1")),
		Transports: transports,
		Codecs:     codecs,
		Errors:     matrixErrors,
		Stderr:     os.Stderr,
	})
	t.Cleanup(func() { client.Close() })
	return client
}

// TestMatrix runs the same calls over every transport with every codec, through
// real processes.
func TestMatrix(t *testing.T) {
	for _, tr := range drivers.Transports {
		for _, c := range drivers.Codecs {
			t.Run(tr.Name()+" "+c.Name(), func(t *testing.T) {
				client := newClient(t, []transport.Transport{tr}, []codec.Codec{c})
				if c.Name() == "proto" {
					testMessages(t, client)
				} else {
					testPlain(t, client)
				}
				if info := client.Info(); info.Transport != tr.Name() || len(info.Codecs) != 1 || info.Codecs[0] != c.Name() {
					t.Errorf("negotiated %s and %v", info.Transport, info.Codecs)
				}
			})
		}
	}
}

func testPlain(t *testing.T, client *tenon.Client) {
	var p struct {
		Echo  func(context.Context, record) (record, error)
		Bytes func(context.Context, []byte) ([]byte, error)
		Fail  func(context.Context) error
		Panic func(context.Context) error
		Block func(context.Context) error
	}
	if err := dynamic.Bind(t.Context(), client, "plain", &p); err != nil {
		t.Fatal(err)
	}
	sent := record{
		Name: "ünïcode", Numbers: []int32{-1, 0, 1 << 30}, Data: []byte{0, 255}, When: time.Date(2026, 1, 2, 3, 4, 5, 6789, time.UTC),
		Tags: map[string]string{"a": "b"}, Inner: &record{Name: "inner"},
	}
	got, err := p.Echo(t.Context(), sent)
	if err != nil || fmt.Sprintf("%+v", got.Numbers) != fmt.Sprintf("%+v", sent.Numbers) || got.Name != sent.Name ||
		!got.When.Equal(sent.When) || got.Tags["a"] != "b" || got.Inner == nil || got.Inner.Name != "inner" || !bytes.Equal(got.Data, sent.Data) {
		t.Errorf("Echo: %+v, %v", got, err)
	}
	testBytes(t, func(b []byte) ([]byte, error) { return p.Bytes(t.Context(), b) })
	if err := p.Fail(t.Context()); !errors.Is(err, errLocked) || !errors.Is(err, tenon.FailedPrecondition) {
		t.Errorf("Fail: %v", err)
	}
	var panicked *tenon.PanicError
	if err := p.Panic(t.Context()); !errors.As(err, &panicked) || panicked.Value != "matrix" {
		t.Errorf("Panic: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := p.Block(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Block: %v", err)
	}
}

func testMessages(t *testing.T, client *tenon.Client) {
	var m struct {
		Echo func(context.Context, *wrapperspb.BytesValue) (*wrapperspb.BytesValue, error)
	}
	if err := dynamic.Bind(t.Context(), client, "message", &m); err != nil {
		t.Fatal(err)
	}
	testBytes(t, func(b []byte) ([]byte, error) {
		got, err := m.Echo(t.Context(), wrapperspb.Bytes(b))
		return got.GetValue(), err
	})
	if _, err := client.Dispense(t.Context(), "plain", nil); err == nil || !strings.Contains(err.Error(), "no codec for service") {
		t.Errorf("a service without messages over proto: %v", err)
	}
}

// testBytes echoes small and large values, many at a time.
func testBytes(t *testing.T, echo func([]byte) ([]byte, error)) {
	t.Helper()
	var wg sync.WaitGroup
	for i, size := range []int{0, 1, 100, 64 << 10, 1 << 20, 3 << 20} {
		for range 2 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				want := bytes.Repeat([]byte{byte(i), 7}, size/2)
				if got, err := echo(want); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d bytes came back as %d: %v", len(want), len(got), err)
				}
			}()
		}
	}
	wg.Wait()
}

// TestSwappingTheTransport is the proof that a host which swaps its transport
// changes one line: with nothing but the list of transports different, the same
// program sees the same results.
func TestSwappingTheTransport(t *testing.T) {
	program := func(transports []transport.Transport) string {
		client := newClient(t, transports, drivers.Codecs)
		defer client.Close()
		var p struct {
			Echo func(context.Context, record) (record, error)
			Fail func(context.Context) error
		}
		if err := dynamic.Bind(t.Context(), client, "plain", &p); err != nil {
			return err.Error()
		}
		r, err := p.Echo(t.Context(), record{Name: "x", Numbers: []int32{1}})
		return fmt.Sprintf("%+v %v %v %v", r, err, p.Fail(t.Context()), client.Info().Codecs)
	}
	want := program(drivers.Transports[:1])
	if !strings.Contains(want, "locked") {
		t.Fatalf("the program prints %s", want)
	}
	for _, tr := range drivers.Transports[1:] {
		if got := program([]transport.Transport{tr}); got != want {
			t.Errorf("over %s it prints\n%s\nand not\n%s", tr.Name(), got, want)
		}
	}
}

func TestForcedByTheEnvironment(t *testing.T) {
	t.Setenv("TENON_TRANSPORT", "yamux")
	t.Setenv("TENON_CODEC", "gob")
	client := newClient(t, drivers.Transports, drivers.Codecs)
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if info := client.Info(); info.Transport != "yamux/1" || fmt.Sprint(info.Codecs) != "[gob]" {
		t.Errorf("negotiated %s and %v", info.Transport, info.Codecs)
	}
	t.Setenv("TENON_CODEC", "xml")
	err := newClient(t, drivers.Transports, drivers.Codecs).Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "TENON_CODEC=xml") || !strings.Contains(err.Error(), "json, gob, cbor, proto") {
		t.Errorf("got %v", err)
	}
}

func TestNothingInCommon(t *testing.T) {
	client := newClient(t, drivers.Transports[:1], []codec.Codec{named{drivers.Codecs[0], "msgpack"}})
	err := client.Start(t.Context())
	var refused *tenon.HandshakeError
	if !errors.As(err, &refused) || fmt.Sprint(refused.Host) != "[msgpack]" || fmt.Sprint(refused.Plugin) != "[json gob cbor proto]" {
		t.Errorf("got %v", err)
	}
}

// named is a codec under another name.
type named struct {
	codec.Codec
	name string
}

func (n named) Name() string { return n.name }
