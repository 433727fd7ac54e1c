package rpc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// trace notes what interceptors see, in order.
type trace struct {
	mu    sync.Mutex
	lines []string
}

func (tr *trace) add(format string, args ...any) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.lines = append(tr.lines, fmt.Sprintf(format, args...))
}

// around returns an interceptor that notes what it sees before and after.
func (tr *trace) around(name string) Interceptor {
	return func(ctx context.Context, call *CallInfo, next func(context.Context) error) error {
		tr.add("%s> %s.%s %d %d", name, call.Service, call.Method, call.RequestBytes, call.ReplyBytes)
		err := next(ctx)
		tr.add("%s< %d %d %v", name, call.RequestBytes, call.ReplyBytes, err)
		if call.Started.IsZero() {
			tr.add("%s: no time", name)
		}
		return err
	}
}

func TestInterceptorsInOrder(t *testing.T) {
	var tr trace
	p := newPair(t,
		Config{Interceptors: []Interceptor{tr.around("c1"), tr.around("c2")}},
		Config{ServerInterceptors: []Interceptor{tr.around("s1"), tr.around("s2")}, Services: services(nil)})
	o := p.dispense(t, "store")
	tr.lines = nil // of the Dispense
	if _, err := getMethod.Call(t.Context(), o, getArgs{Key: "k"}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"c1> store.Get 0 0", "c2> store.Get 0 0",
		"s1> store.Get 11 0", "s2> store.Get 11 0", "s2< 11 3 <nil>", "s1< 11 3 <nil>",
		"c2< 11 3 <nil>", "c1< 11 3 <nil>",
	}
	if got := strings.Join(tr.lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestInterceptorsReplace(t *testing.T) {
	type key struct{}
	locked := Errorf(FailedPrecondition, "not now")
	client := func(ctx context.Context, call *CallInfo, next func(context.Context) error) error {
		err := next(WithMetadata(ctx, Metadata{"from": "client"}))
		if errors.Is(err, NotFound) {
			return nil
		}
		return err
	}
	server := func(ctx context.Context, call *CallInfo, next func(context.Context) error) error {
		switch call.Method {
		case "Block":
			return locked // the handler does not run
		case "Meta":
			ctx, cancel := context.WithCancel(context.WithValue(ctx, key{}, "server"))
			defer cancel()
			return next(ctx)
		case "Panic":
			panic("in the interceptor")
		}
		return next(ctx)
	}
	p := newPair(t, Config{Interceptors: []Interceptor{client}}, Config{ServerInterceptors: []Interceptor{server}, Services: services(nil)})
	o := p.dispense(t, "store")
	if _, err := blockMethod.Call(t.Context(), o, struct{}{}); !errors.Is(err, FailedPrecondition) {
		t.Errorf("got %v", err)
	}
	if md, err := metaMethod.Call(t.Context(), o, struct{}{}); err != nil || md["from"] != "client" {
		t.Errorf("got %v, %v", md, err)
	}
	if _, err := failMethod.Call(t.Context(), o, "coded"); err != nil {
		t.Errorf("the error was to be replaced: %v", err)
	}
	var e *PanicError
	if _, err := panicMethod.Call(t.Context(), o, "x"); !errors.As(err, &e) || e.Value != "in the interceptor" {
		t.Errorf("got %v", err)
	}
	wantPong(t, o)
}

// An interceptor that calls on twice makes two calls; on the serving side the
// arguments are there once.
func TestInterceptorsTwice(t *testing.T) {
	twice := func(ctx context.Context, call *CallInfo, next func(context.Context) error) error {
		if call.Method != "Get" {
			return next(ctx)
		}
		return errors.Join(next(ctx), next(ctx))
	}
	p := newPair(t, Config{Interceptors: []Interceptor{twice}}, Config{Services: services(nil)})
	o := p.dispense(t, "store")
	if v, err := getMethod.Call(t.Context(), o, getArgs{Key: "k"}); err != nil || v != "k" {
		t.Errorf("got %q, %v", v, err)
	}
	p = newPair(t, Config{}, Config{ServerInterceptors: []Interceptor{twice}, Services: services(nil)})
	o = p.dispense(t, "store")
	if _, err := getMethod.Call(t.Context(), o, getArgs{Key: "k"}); !errors.Is(err, Internal) || !strings.Contains(err.Error(), "decoded twice") {
		t.Errorf("got %v", err)
	}
}
