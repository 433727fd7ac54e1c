package dynamic_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
)

type calculator struct {
	config settings
	closed chan struct{}
}

type settings struct{ Base int }

func (c *calculator) Ping() string                                       { return "pong" }
func (c *calculator) Add(a, b int) int                                   { return c.config.Base + a + b }
func (c *calculator) Sum(_ context.Context, numbers ...int) (int, error) { return len(numbers), nil }
func (c *calculator) Divide(a, b int) (quotient, remainder int, _ error) {
	if b == 0 {
		return 0, 0, rpc.Errorf(rpc.OutOfRange, "division by zero")
	}
	return a / b, a % b, nil
}
func (c *calculator) Nothing()     {}
func (c *calculator) Close() error { close(c.closed); return nil }

type adder interface {
	Add(a, b int) int
}

// peers returns both ends of a session whose plugin serves services.
func peers(t *testing.T, services map[string]*rpc.Service) *rpc.Peer {
	t.Helper()
	leak.Check(t)
	a, b := net.Pipe()
	start := func(conn net.Conn, cfg rpc.Config) *rpc.Peer {
		session, err := directtransport.New().Session(conn, transport.Config{Side: cfg.Side})
		if err != nil {
			t.Fatal(err)
		}
		cfg.Codecs = []codec.Codec{jsoncodec.New()}
		p, err := rpc.NewPeer(session, cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.Close(); p.Join(context.Background()) })
		return p
	}
	plugin := make(chan struct{})
	go func() {
		defer close(plugin)
		start(b, rpc.Config{Side: transport.Plugin, Services: services})
	}()
	host := start(a, rpc.Config{Side: transport.Host})
	<-plugin
	return host
}

func TestBind(t *testing.T) {
	host := peers(t, map[string]*rpc.Service{"calc": dynamic.Service(&calculator{config: settings{Base: 100}})})
	var calc struct {
		Ping    func(context.Context) (string, error)
		Plus    func(a, b int) (int, error) `tenon:"Add"`
		Sum     func(ctx context.Context, numbers ...int) (int, error)
		Divide  func(ctx context.Context, a, b int) (int, int, error)
		Nothing func() error
		Other   int
	}
	if err := dynamic.Bind(t.Context(), host, "calc", &calc); err != nil {
		t.Fatal(err)
	}
	if pong, err := calc.Ping(t.Context()); err != nil || pong != "pong" {
		t.Errorf("Ping: %q, %v", pong, err)
	}
	if n, err := calc.Plus(1, 2); err != nil || n != 103 {
		t.Errorf("Add: %d, %v", n, err)
	}
	if n, err := calc.Sum(t.Context(), 1, 2, 3); err != nil || n != 3 {
		t.Errorf("Sum: %d, %v", n, err)
	}
	if q, r, err := calc.Divide(t.Context(), 7, 2); err != nil || q != 3 || r != 1 {
		t.Errorf("Divide: %d, %d, %v", q, r, err)
	}
	if _, _, err := calc.Divide(t.Context(), 7, 0); !errors.Is(err, rpc.OutOfRange) {
		t.Errorf("Divide by zero: %v", err)
	}
	if err := calc.Nothing(); err != nil {
		t.Errorf("Nothing: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := calc.Ping(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a canceled context: %v", err)
	}
}

func TestNewMakesAValueForEachDispense(t *testing.T) {
	made := make(chan *calculator, 2)
	host := peers(t, map[string]*rpc.Service{"calc": dynamic.New(func(_ context.Context, cfg settings) (adder, error) {
		c := &calculator{config: cfg, closed: make(chan struct{})}
		made <- c
		return c, nil
	})})
	for _, base := range []int{10, 20} {
		o, err := host.Dispense(t.Context(), "calc", settings{Base: base})
		if err != nil {
			t.Fatal(err)
		}
		var calc struct{ Add func(a, b int) (int, error) }
		if err := dynamic.BindObject(o, &calc); err != nil {
			t.Fatal(err)
		}
		if n, err := calc.Add(1, 2); err != nil || n != base+3 {
			t.Errorf("Add: %d, %v", n, err)
		}
		if got := fmt.Sprint(o.Methods()); got != "[Add]" {
			t.Errorf("the methods of the interface are %s", got)
		}
		o.Close()
		<-(<-made).closed
	}
}

func TestBindIsRefused(t *testing.T) {
	host := peers(t, map[string]*rpc.Service{"calc": dynamic.Service(&calculator{})})
	for name, c := range map[string]struct {
		target any
		want   string
	}{
		"no pointer":  {struct{}{}, "pointer to a struct"},
		"no funcs":    {&struct{ N int }{}, "no exported func fields"},
		"no error":    {&struct{ Ping func() string }{}, "must return an error"},
		"no method":   {&struct{ Pong func() error }{}, `no method "Pong": it has Add, Divide, Nothing, Ping, Sum`},
		"wrong count": {&struct{ Add func(int) (int, error) }{}, "it takes 2 arguments"},
	} {
		if err := dynamic.Bind(t.Context(), host, "calc", c.target); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	var wrong struct {
		Add func(a, b string) (int, error)
	}
	if err := dynamic.Bind(t.Context(), host, "calc", &wrong); err != nil {
		t.Fatal(err)
	}
	if _, err := wrong.Add("1", "2"); !errors.Is(err, rpc.InvalidArgument) || !strings.Contains(err.Error(), "calc.Add") {
		t.Errorf("wrong types: %v", err)
	}
}

func TestCallByName(t *testing.T) {
	host := peers(t, map[string]*rpc.Service{"my.calc": dynamic.Service(&calculator{})})
	var n int
	if err := dynamic.Call(t.Context(), host, "my.calc.Add", &n, 3, 4); err != nil || n != 7 {
		t.Errorf("Add: %d, %v", n, err)
	}
	var pong string
	if err := dynamic.Call(t.Context(), host, "Ping", &pong); err != nil || pong != "pong" {
		t.Errorf("Ping: %q, %v", pong, err)
	}
	var both struct{ R0, R1 int }
	if err := dynamic.Call(t.Context(), host, "Divide", &both, 7, 2); err != nil || both.R0 != 3 || both.R1 != 1 {
		t.Errorf("Divide: %+v, %v", both, err)
	}
	if err := dynamic.Call(t.Context(), host, "my.calc.Pin", nil); !errors.Is(err, rpc.Unimplemented) {
		t.Errorf("unknown method: %v", err)
	}
}

func TestServiceThatCannotBeServed(t *testing.T) {
	if err := dynamic.Service(nil).Err(); err == nil {
		t.Error("nil was accepted")
	}
	if err := dynamic.Service(struct{}{}).Err(); err == nil || !strings.Contains(err.Error(), "no exported methods") {
		t.Errorf("got %v", err)
	}
}
