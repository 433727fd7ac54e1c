package rpc

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// What a reply passes that comes when its call was given up belongs to nobody: it is
// released, and closed.
func TestReplyThatComesTooLate(t *testing.T) {
	for _, many := range []bool{false, true} {
		var closed atomic.Int32
		counted := countedClose{&closed}
		far := make(chan net.Conn, 1)
		late := newMethodsService(map[string]func(context.Context, *Incoming) error{
			"Give": func(_ context.Context, in *Incoming) error {
				time.Sleep(time.Second) // it does not heed its context
				in.ReplyObject(newPasser(nil), counted)
				if many {
					in.ReplyReader(struct {
						io.Reader
						io.Closer
					}{zeros{}, counted})
					a, b := net.Pipe()
					far <- b
					in.ReplyConn(countedConn{a, counted})
				}
				return in.Reply(strings.Repeat("x", 100_000)) // in pieces
			},
		})
		bubble(t, Config{}, Config{Services: late}, func(t *testing.T, p *pair) {
			o := p.dispense(t, "methods")
			ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
			defer cancel()
			c, err := o.Begin(ctx, "Give")
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Do("", new(string)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			time.Sleep(time.Second)
			want := int32(1)
			if many {
				want = 3
				(<-far).Close()
			}
			synctest.Wait()
			if n, s := closed.Load(), p.plugin.Stats(); n != want || s.Objects != 1 || s.Flows != 0 {
				t.Errorf("%d of %d are closed, and the plugin has %+v", n, want, s)
			}
			nothingLeft(t, p)
		})
	}
}

// The same of an object that was dispensed: here the reply was made in time.
func TestDispenseThatComesTooLate(t *testing.T) {
	var closed atomic.Int32
	plugin := Config{
		Services: map[string]*Service{"counted": NewService(func(context.Context, struct{}) (countedClose, error) {
			return countedClose{&closed}, nil
		}, Handle(Method[struct{}, string]{Name: "Ping"}, func(countedClose, context.Context, struct{}) (string, error) { return "", nil }))},
		ServerInterceptors: []Interceptor{func(ctx context.Context, _ *CallInfo, next func(context.Context) error) error {
			defer time.Sleep(time.Second)
			return next(ctx)
		}},
	}
	bubble(t, Config{}, plugin, func(t *testing.T, p *pair) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		if _, err := p.host.Dispense(ctx, "counted", nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if s := p.plugin.Stats(); s.Objects != 1 {
			t.Errorf("the plugin has %+v", s)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n, s := closed.Load(), p.plugin.Stats(); n != 1 || s.Objects != 0 {
			t.Errorf("closed %d times, and the plugin has %+v", n, s)
		}
		o, err := p.host.Dispense(t.Context(), "counted", nil) // one that is waited for stays
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Call(t.Context(), "Ping", nil, new(string)); err != nil {
			t.Error(err)
		}
		o.Close()
	})
}
