package rpc

import (
	"context"
	"errors"
	"iter"
	"testing"
)

// denying is an interceptor that fails before or after the call.
func denying(before, after error) Interceptor {
	return func(ctx context.Context, _ *CallInfo, next func(context.Context) error) error {
		if before != nil {
			return before
		}
		return errors.Join(next(ctx), after)
	}
}

// The error of an interceptor is that of a streaming call, as of every other one.
func TestInterceptorsErrorsOfStreams(t *testing.T) {
	dispense := func(i Interceptor) Interceptor { // leaves the Dispense alone
		return func(ctx context.Context, call *CallInfo, next func(context.Context) error) error {
			if call.Method == "Dispense" {
				return next(ctx)
			}
			return i(ctx, call, next)
		}
	}
	denied := Errorf(PermissionDenied, "not today")
	for name, i := range map[string]Interceptor{"before": denying(denied, nil), "after": denying(nil, denied)} {
		for _, side := range []string{"host", "plugin"} {
			t.Run(name+" the call, of the "+side, func(t *testing.T) {
				host, plugin := Config{}, Config{Services: map[string]*Service{"streamer": newStreamer(&streamer{})}}
				if side == "host" {
					host.Interceptors = []Interceptor{dispense(i)}
				} else {
					plugin.ServerInterceptors = []Interceptor{dispense(i)}
				}
				p := newPair(t, host, plugin)
				o := p.dispense(t, "streamer")
				var last error
				for _, err := range countStream.Call(t.Context(), o, 3) {
					last = err
				}
				if !errors.Is(last, PermissionDenied) {
					t.Errorf("a server stream: %v", last)
				}
				last = nil
				for _, err := range streamed(t.Context(), o, 3) {
					last = err
				}
				if !errors.Is(last, PermissionDenied) {
					t.Errorf("a server stream of generated code: %v", last)
				}
				if _, err := sumStream.Call(t.Context(), o, func(func(int, error) bool) {}); !errors.Is(err, PermissionDenied) {
					t.Errorf("a client stream: %v", err)
				}
				s, err := echoStream.Open(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				s.CloseSend()
				if _, err := s.Recv(); name == "before" && !errors.Is(err, PermissionDenied) {
					t.Errorf("a stream both ways: %v", err)
				}
				s.Cancel()
				nothingLeft(t, p) // also of what was sent before the call was turned away
			})
		}
	}
}

func streamed(ctx context.Context, o *Object, n int) iter.Seq2[int, error] {
	return Streamed[int](func() (*AnyStream, error) {
		c, err := o.Begin(ctx, "Count")
		if err != nil {
			return nil, err
		}
		c.PassStream(false, true)
		return c.DoStream(n, nil)
	})
}
