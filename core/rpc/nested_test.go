package rpc

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
)

// bounce calls the other side, which calls back, as often as the number says.
func bounce(p *pair, limit int, t *testing.T) (host, plugin Config) {
	method := Method[int, int]{Name: "Bounce"}
	side := func(peer func() *Peer) *Service {
		var once sync.Once
		var other *Object
		var dispenseErr error
		return NewService(func(context.Context, struct{}) (int, error) { return 0, nil },
			Handle(method, func(_ int, ctx context.Context, n int) (int, error) {
				if n == 0 {
					return 0, nil
				}
				once.Do(func() { other, dispenseErr = peer().Dispense(t.Context(), "bounce", nil) })
				if dispenseErr != nil {
					return 0, dispenseErr
				}
				depth, err := method.Call(ctx, other, n-1)
				return depth + 1, err
			}))
	}
	limits := Limits{Calls: limit}
	host = Config{Limits: limits, Remote: limits, Services: map[string]*Service{"bounce": side(func() *Peer { return p.host })}}
	plugin = Config{Limits: limits, Remote: limits, Services: map[string]*Service{"bounce": side(func() *Peer { return p.plugin })}}
	return host, plugin
}

func TestNestedCalls(t *testing.T) {
	method := Method[int, int]{Name: "Bounce"}
	for _, limit := range []int{0, 30, 10, 1} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			p := new(pair)
			host, plugin := bounce(p, limit, t)
			*p = *newPair(t, host, plugin)
			o := p.dispense(t, "bounce")
			within(t, "fifty calls inside each other", func() {
				depth, err := method.Call(t.Context(), o, 50)
				switch fits := limit == 0 || limit == 30; {
				case fits && (err != nil || depth != 50):
					t.Errorf("got %d, %v", depth, err)
				case !fits && (!errors.Is(err, ResourceExhausted) || depth != 0):
					t.Errorf("got %d, %v, where the limit Calls was due", depth, err)
				}
			})
			within(t, "the next call", func() {
				if _, err := method.Call(t.Context(), o, 0); err != nil {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}
