package rpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestCall(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: services(nil)})
	o, err := p.host.Dispense(t.Context(), "store", storeConfig{Prefix: "p-"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := getMethod.Call(t.Context(), o, getArgs{Key: "k"})
	if err != nil || got != "p-k" {
		t.Fatalf("Get returned %q, %v", got, err)
	}
	if pong, err := pingMethod.Call(t.Context(), o, struct{}{}); err != nil || pong != "pong" {
		t.Fatalf("Ping returned %q, %v", pong, err)
	}
}

func TestCallConcurrentSafe(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: services(nil)})
	o := p.dispense(t, "store")
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range 20 {
				size := 1 << (uint(i+j) % 18) // up to several pieces
				want := bytes.Repeat([]byte{byte(i), byte(j)}, size/2+1)
				got, err := echoMethod.Call(t.Context(), o, want)
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("caller %d: %d bytes came back as %d, %v", i, len(want), len(got), err)
					return
				}
			}
		}()
	}
	wg.Wait()
	if s := p.host.Stats(); s.Calls != 0 || s.Received != 0 {
		t.Errorf("the host still holds %+v", s)
	}
	if s := p.plugin.Stats(); s.Serving != 0 || s.Received != 0 {
		t.Errorf("the plugin still holds %+v", s)
	}
}

func TestCallErrors(t *testing.T) {
	registered := Errors{"test.locked": errLocked}
	p := newPair(t, Config{Errors: registered}, Config{Services: services(nil), Errors: registered})
	o := p.dispense(t, "store")
	for _, c := range []struct {
		how  string
		code Code
		is   error
		text string
	}{
		{"coded", NotFound, nil, `not_found: no key "k"`},
		{"notexist", NotFound, fs.ErrNotExist, "open: file does not exist"},
		{"locked", FailedPrecondition, errLocked, "now: locked"},
		{"anything", Unknown, nil, "anything"},
	} {
		_, err := failMethod.Call(t.Context(), o, c.how)
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, c.code) || !e.Remote() || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: got %v", c.how, err)
		}
		if c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: errors.Is does not find %v", c.how, c.is)
		}
	}
	_, err := failMethod.Call(t.Context(), o, "coded")
	if e := (*Error)(nil); !errors.As(err, &e) || e.Details["key"] != "k" {
		t.Errorf("the details did not cross: %v", err)
	}
}

func TestHandlerPanic(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: services(nil)})
	o := p.dispense(t, "store")
	_, err := panicMethod.Call(t.Context(), o, "oh no")
	var e *PanicError
	if !errors.As(err, &e) || e.Value != "oh no" || !strings.Contains(e.Stack, "echo_test.go") || !errors.Is(err, Internal) {
		t.Fatalf("got %v", err)
	}
	if _, err := pingMethod.Call(t.Context(), o, struct{}{}); err != nil {
		t.Fatalf("the next call failed: %v", err)
	}
}

func TestCancelReachesTheHandler(t *testing.T) {
	var s *store
	p := newPair(t, Config{}, Config{Services: services(func(opened *store) { s = opened })})
	o := p.dispense(t, "store")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { _, err := blockMethod.Call(ctx, o, struct{}{}); ended <- err }()
	<-s.entered
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) || !errors.Is(err, Canceled) {
		t.Fatalf("got %v", err)
	}
	for p.plugin.Stats().Serving > 0 { // ends only if the handler's context did
		time.Sleep(time.Millisecond)
	}
}

func TestDeadlineTravels(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: services(nil)})
	o := p.dispense(t, "store")
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	left, err := leftMethod.Call(ctx, o, struct{}{})
	if err != nil || left > time.Hour || left < 30*time.Minute {
		t.Fatalf("the handler had %v, %v", left, err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := blockMethod.Call(ctx, o, struct{}{}); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}

func TestMetadata(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: services(nil)})
	o := p.dispense(t, "store")
	ctx := WithMetadata(WithMetadata(t.Context(), Metadata{"a": "1", "b": "2"}), Metadata{"b": "3"})
	md, err := metaMethod.Call(ctx, o, struct{}{})
	if err != nil || fmt.Sprint(md) != "map[a:1 b:3]" {
		t.Fatalf("got %v, %v", md, err)
	}
	if md, _ = metaMethod.Call(t.Context(), o, struct{}{}); len(md) != 0 {
		t.Fatalf("metadata stayed: %v", md)
	}
	_, err = metaMethod.Call(WithMetadata(t.Context(), Metadata{"k": strings.Repeat("v", 20<<10)}), o, struct{}{})
	if !errors.Is(err, ResourceExhausted) || !strings.Contains(err.Error(), "Metadata") {
		t.Fatalf("got %v", err)
	}
}

func TestUnknownNames(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: services(nil)})
	_, err := p.host.Dispense(t.Context(), "stor", nil)
	if !errors.Is(err, NotFound) || !strings.Contains(err.Error(), "serves store") {
		t.Errorf("got %v", err)
	}
	o := p.dispense(t, "") // the only one is the default
	err = o.Call(t.Context(), "Gett", nil, nil)
	if !errors.Is(err, Unimplemented) || !strings.Contains(err.Error(), `did you mean "Get"`) {
		t.Errorf("got %v", err)
	}
}

func TestWrongTypes(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: services(nil)})
	o := p.dispense(t, "store")
	if err := o.Call(t.Context(), "Get", 7, new(string)); !errors.Is(err, InvalidArgument) {
		t.Errorf("wrong arguments: %v", err)
	}
	if err := o.Call(t.Context(), "Ping", nil, new(int)); !errors.Is(err, Internal) || !strings.Contains(err.Error(), "result of store.Ping") {
		t.Errorf("wrong result: %v", err)
	}
	if err := o.Call(t.Context(), "Get", make(chan int), nil); !errors.Is(err, InvalidArgument) || !strings.Contains(err.Error(), "do not encode") {
		t.Errorf("what does not encode: %v", err)
	}
	if _, err := pingMethod.Call(t.Context(), o, struct{}{}); err != nil {
		t.Errorf("the next call failed: %v", err)
	}
}

func TestConfigIsRefused(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: services(nil)})
	if _, err := p.host.Dispense(t.Context(), "store", storeConfig{Prefix: "refuse"}); !errors.Is(err, PermissionDenied) {
		t.Errorf("got %v", err)
	}
	if _, err := p.host.Dispense(t.Context(), "store", "no struct"); !errors.Is(err, InvalidArgument) {
		t.Errorf("got %v", err)
	}
	p = newPair(t, Config{}, Config{Services: newMethodsService(nil)})
	if _, err := p.host.Dispense(t.Context(), "methods", storeConfig{Prefix: "lost"}); !errors.Is(err, InvalidArgument) || !strings.Contains(err.Error(), "takes no configuration") {
		t.Errorf("a service without one: %v", err)
	}
}

func TestCloseReleasesTheObject(t *testing.T) {
	var s *store
	p := newPair(t, Config{}, Config{Services: services(func(opened *store) { s = opened })})
	o := p.dispense(t, "store")
	if n := p.plugin.Stats().Objects; n != 1 {
		t.Fatalf("%d objects", n)
	}
	o.Close()
	o.Close()
	<-s.closed
	if _, err := pingMethod.Call(t.Context(), o, struct{}{}); !errors.Is(err, ErrReleased) {
		t.Errorf("got %v", err)
	}
	if n := p.plugin.Stats().Objects; n != 0 {
		t.Errorf("%d objects are left", n)
	}
}

func TestBothWays(t *testing.T) {
	p := newPair(t, Config{Services: services(nil)}, Config{Services: services(nil)})
	o, err := p.plugin.Dispense(t.Context(), "store", nil)
	if err != nil {
		t.Fatal(err)
	}
	if pong, err := pingMethod.Call(t.Context(), o, struct{}{}); err != nil || pong != "pong" {
		t.Fatalf("got %q, %v", pong, err)
	}
}

func TestEveryCallFailsAtTheEnd(t *testing.T) {
	why := errors.New("it burnt down")
	var s *store
	p := newPair(t, Config{Explain: func(error, map[string]int) error { return why }}, Config{Services: services(func(opened *store) { s = opened })})
	o := p.dispense(t, "store")
	const callers = 20
	errs := make(chan error, callers)
	for range callers {
		go func() { _, err := blockMethod.Call(t.Context(), o, struct{}{}); errs <- err }()
	}
	for range callers {
		<-s.entered
	}
	p.link.Close()
	for range callers {
		if err := <-errs; !errors.Is(err, why) || !errors.Is(err, Unavailable) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := pingMethod.Call(t.Context(), o, struct{}{}); !errors.Is(err, why) {
		t.Errorf("a later call got %v", err)
	}
	<-p.host.Done()
	if p.host.Err() != why {
		t.Errorf("Err is %v", p.host.Err())
	}
}

func TestShutdownDrains(t *testing.T) {
	var s *store
	hook := make(chan struct{})
	p := newPair(t, Config{}, Config{
		Services:   services(func(opened *store) { s = opened }),
		OnShutdown: func(context.Context) { close(hook) },
	})
	o := p.dispense(t, "store")
	ended := make(chan error, 1)
	go func() { _, err := sleepMethod.Call(t.Context(), o, 50*time.Millisecond); ended <- err }()
	<-s.entered
	if err := p.host.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the call in flight failed: %v", err)
	}
	<-hook
	if _, err := pingMethod.Call(t.Context(), o, struct{}{}); !errors.Is(err, Unavailable) {
		t.Errorf("a later call got %v", err)
	}
	if !p.plugin.ShutdownRequested() {
		t.Error("the plugin does not know")
	}
}

func TestShutdownWhoseHookPanics(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: services(nil), OnShutdown: func(context.Context) { panic("in the hook") }})
	if err := p.host.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestPing(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: services(nil)})
	if _, err := p.host.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.plugin.Close()
	<-p.host.Done()
	if _, err := p.host.Ping(t.Context()); !errors.Is(err, Unavailable) {
		t.Fatalf("got %v", err)
	}
}
