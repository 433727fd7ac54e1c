package tenon_test

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
)

var alonePing = rpc.Method[struct{}, string]{Name: "Ping"}

type alonePlugin string

func (p alonePlugin) ping(context.Context, struct{}) (string, error) { return string(p), nil }

func aloneService() *rpc.Service {
	return rpc.NewService(func(_ context.Context, c struct{ Says string }) (alonePlugin, error) {
		if c.Says == "" {
			return "", tenon.Errorf(tenon.InvalidArgument, "it says nothing")
		}
		return alonePlugin(c.Says), nil
	}, rpc.Handle(alonePing, alonePlugin.ping))
}

func TestAlone(t *testing.T) {
	leak.Check(t)
	var starts atomic.Int32
	cookie := tenon.Cookie{Key: "ALONE", Value: "1"}
	host := tenon.ClientConfig{Cookie: cookie, Launcher: launch.InProcess(func(ctx context.Context, link net.Conn) error {
		starts.Add(1)
		return tenon.ServeConn(ctx, link, tenon.ServeConfig{Cookie: cookie, Services: tenon.Services{"only": aloneService()}})
	})}
	o := tenon.Alone(host, struct{ Says string }{"pong"}, aloneService())
	if starts.Load() != 0 {
		t.Error("it was started before it is needed")
	}
	for range 2 {
		if got, err := alonePing.Call(t.Context(), o, struct{}{}); err != nil || got != "pong" {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	if o.Service() != "only" || starts.Load() != 1 {
		t.Errorf("service %q, %d starts", o.Service(), starts.Load())
	}
	o.Close()
	o.Close()
	if _, err := alonePing.Call(t.Context(), o, struct{}{}); !errors.Is(err, rpc.ErrReleased) {
		t.Errorf("after Close: %v", err)
	}

	silent := tenon.Alone(host, struct{ Says string }{}, aloneService())
	if _, err := alonePing.Call(t.Context(), silent, struct{}{}); !errors.Is(err, tenon.InvalidArgument) {
		t.Errorf("a configuration that is refused: %v", err)
	}
	silent.Close()

	other := tenon.Alone(host, struct{ Says string }{"x"}, rpc.ObjectService(
		rpc.Handle(rpc.Method[struct{}, string]{Name: "Pong"}, alonePlugin.ping)))
	if _, err := alonePing.Call(t.Context(), other, struct{}{}); !errors.Is(err, tenon.Unimplemented) {
		t.Errorf("a plugin that serves something else: %v", err)
	}
	other.Close()

	broken := tenon.Alone(host, nil, rpc.Invalid(errors.New("broken")))
	if _, err := alonePing.Call(t.Context(), broken, struct{}{}); err == nil || err.Error() != "broken" {
		t.Errorf("a service that is invalid: %v", err)
	}
	broken.Close()
}
