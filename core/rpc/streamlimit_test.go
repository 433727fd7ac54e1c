package rpc

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

// A streaming call that is one too many says so, on whichever side that is found out,
// and hurts no other.
func TestLimitOfStreamingCalls(t *testing.T) {
	echo := BidiStream[string, string]{Name: "EchoAll"}
	service := NewService(func(context.Context, struct{}) (int, error) { return 0, nil },
		HandleBidiStream(echo, func(_ int, _ context.Context, s *Stream[string, string]) error {
			for v, err := range s.All() {
				if err != nil {
					return err
				}
				if err := s.Send(v); err != nil {
					return err
				}
			}
			return nil
		}))
	for name, known := range map[string]int{"the caller knows": 3, "the callee finds out": 100} {
		t.Run(name, func(t *testing.T) {
			p := newPair(t, Config{Remote: Limits{Calls: known}}, Config{Limits: Limits{Calls: 3}, Services: map[string]*Service{"echo": service}})
			o := p.dispense(t, "echo")
			talk := func(s *Stream[string, string]) error {
				if err := s.Send("hello"); err != nil {
					return err
				}
				_, err := s.Recv()
				return err
			}
			var open []*Stream[string, string]
			for range 3 {
				s, err := echo.Open(t.Context(), o)
				if err == nil {
					err = talk(s)
				}
				if err != nil {
					t.Fatal(err)
				}
				open = append(open, s)
			}
			within(t, "the fourth", func() {
				s, err := echo.Open(t.Context(), o)
				if err == nil {
					err = talk(s)
					s.Cancel()
				}
				if !errors.Is(err, ResourceExhausted) {
					t.Errorf("got %v", err)
				}
			})
			for _, s := range open {
				if err := talk(s); err != nil {
					t.Error(err)
				}
				s.CloseSend()
				within(t, "the end", func() { s.Recv() })
			}
		})
	}
}

// A call that is not sent, since one too many are in flight, leaves nothing of what
// was passed with it.
func TestLimitOfCallsWithLiveValues(t *testing.T) {
	var s *store
	p := newPair(t, Config{Remote: Limits{Calls: 1}}, Config{Services: services(func(made *store) { s = made })})
	o := p.dispense(t, "store")
	ctx, cancel := context.WithCancel(t.Context())
	blocked := make(chan error, 1)
	go func() {
		_, err := blockMethod.Call(ctx, o, struct{}{})
		blocked <- err
	}()
	<-s.entered
	within(t, "a call with a writer", func() {
		call, err := o.Begin(t.Context(), "Ping")
		if err != nil {
			t.Error(err)
			return
		}
		call.PassWriter(io.Discard)
		call.PassReader(strings.NewReader("text"))
		if err := call.Do(nil, nil); !errors.Is(err, ResourceExhausted) {
			t.Errorf("got %v", err)
		}
	})
	eventually(t, "its streams end", func() bool { return p.host.Stats().Flows == 0 })
	cancel()
	<-blocked
}
