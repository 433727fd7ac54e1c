package rpc

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// newMethodsService returns a service of methods that take and return nothing.
func newMethodsService(methods map[string]func(context.Context, *Incoming) error) map[string]*Service {
	def := Definition{Interface: "Methods", New: newNothing}
	for name, serve := range methods {
		def.Methods = append(def.Methods, MethodDefinition{
			Name: name, Args: reflect.TypeFor[string](), Result: reflect.TypeFor[string](),
			Serve: func(ctx context.Context, _ any, call *Incoming) error { return serve(ctx, call) },
		})
	}
	return map[string]*Service{"methods": Define(def)}
}

// Whatever a handler does, its call is answered, and it alone.
func TestHandlersThatMisbehave(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: newMethodsService(map[string]func(context.Context, *Incoming) error{
		"Goexit":     func(context.Context, *Incoming) error { runtime.Goexit(); return nil },
		"NilPointer": func(context.Context, *Incoming) error { return (*brokenError)(nil) },
		"NilError":   func(context.Context, *Incoming) error { return (*Error)(nil) },
		"PanicNil":   func(context.Context, *Incoming) error { panic(nil) },
		"PanicOdd":   func(context.Context, *Incoming) error { panic(&brokenError{}) },
		"Nothing":    func(context.Context, *Incoming) error { return nil },
		"Twice": func(_ context.Context, in *Incoming) error {
			return errors.Join(in.Reply("a"), in.Reply("b"))
		},
		"DecodeTwice": func(_ context.Context, in *Incoming) error {
			var s string
			return errors.Join(in.Decode(&s), in.Decode(&s))
		},
		"ReplyAndFail": func(_ context.Context, in *Incoming) error { in.Reply("a"); return NotFound },
		"ReplyOdd":     func(_ context.Context, in *Incoming) error { return in.Reply(func() {}) },
		"DecodeOdd":    func(_ context.Context, in *Incoming) error { return in.Decode(new(int)) },
	})})
	o := p.dispense(t, "methods")
	for method, want := range map[string]struct {
		code Code
		text string
	}{
		"Goexit":       {Internal, "the handler of methods.Goexit ended its goroutine"},
		"NilPointer":   {Internal, "a *rpc.brokenError, that panics"},
		"NilError":     {Internal, "a *rpc.Error, that panics"},
		"PanicNil":     {Internal, "panicked"},
		"PanicOdd":     {Internal, "panicked"},
		"Twice":        {Internal, "replied to twice"},
		"DecodeTwice":  {Internal, "decoded twice"},
		"ReplyAndFail": {NotFound, ""},
		"ReplyOdd":     {Internal, "does not encode"},
		"DecodeOdd":    {InvalidArgument, "do not decode"},
	} {
		within(t, method, func() {
			err := o.Call(t.Context(), method, "text", nil)
			if !errors.Is(err, want.code) || !strings.Contains(err.Error(), want.text) {
				t.Errorf("%s: got %v", method, err)
			}
		})
	}
	var result string
	if err := o.Call(t.Context(), "Nothing", "text", &result); !errors.Is(err, Internal) || !strings.Contains(err.Error(), "nothing was passed where a string is expected") {
		t.Errorf("a result that was never set: %v", err)
	}
	if s := p.plugin.Stats(); s.Serving != 0 || s.Received != 0 {
		t.Errorf("it holds %+v", s)
	}
}

// A value whose Close panics harms nobody.
func TestObjectsThatPanicAtTheEnd(t *testing.T) {
	closed := make(chan struct{})
	service := Define(Definition{New: func(context.Context, func(any) error) (any, error) { return panicCloser{closed}, nil }})
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"s": service}})
	p.dispense(t, "s").Close()
	<-closed
	closed2 := p.dispense(t, "s")
	if _, err := p.host.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	_ = closed2
}

type panicCloser struct{ closed chan struct{} }

func (c panicCloser) Close() error {
	select {
	case <-c.closed:
	default:
		close(c.closed)
	}
	panic("no way")
}

// A handler's context is its caller's: it ends with the call, and a call that it
// makes with it ends too.
func TestHandlerContext(t *testing.T) {
	var p *pair
	kept := make(chan context.Context, 1)
	inner := make(chan error, 1)
	entered := make(chan struct{})
	host := services(func(s *store) { close(entered) })
	p = newPair(t, Config{Services: host}, Config{Services: newMethodsService(map[string]func(context.Context, *Incoming) error{
		"Keep": func(ctx context.Context, _ *Incoming) error { kept <- ctx; return nil },
		"Inner": func(ctx context.Context, _ *Incoming) error {
			o, err := p.plugin.Dispense(ctx, "store", nil)
			if err == nil {
				_, err = blockMethod.Call(ctx, o, struct{}{})
			}
			inner <- err
			return err
		},
	})})
	o := p.dispense(t, "methods")
	if err := o.Call(t.Context(), "Keep", "", nil); err != nil {
		t.Fatal(err)
	}
	ctx := <-kept
	within(t, "the end of a context that was kept", func() { <-ctx.Done() })
	if ctx.Err() != context.Canceled {
		t.Errorf("got %v", ctx.Err())
	}
	outer, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- o.Call(outer, "Inner", "", nil) }()
	<-entered
	cancel()
	for _, c := range []chan error{result, inner} {
		if err := <-c; !errors.Is(err, Canceled) || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

// A Dispense that was given up while the value was made leaves no object.
func TestDispenseGivenUp(t *testing.T) {
	entered, closed := make(chan struct{}), make(chan struct{})
	service := Define(Definition{New: func(ctx context.Context, _ func(any) error) (any, error) {
		close(entered)
		<-ctx.Done() // and takes no notice of it
		return &store{closed: closed}, nil
	}})
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"s": service}})
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { _, err := p.host.Dispense(ctx, "s", nil); result <- err }()
	<-entered
	cancel()
	if err := <-result; !errors.Is(err, Canceled) {
		t.Errorf("got %v", err)
	}
	within(t, "closing the value", func() { <-closed })
	if n := p.plugin.Stats().Objects; n != 0 {
		t.Errorf("%d objects are left", n)
	}
}
