package rpc

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// funcService describes a func as generated code does.
func funcService(fn func(context.Context) error) *Service {
	return Define(Definition{New: newNothing, Methods: []MethodDefinition{{Name: "Call", Serve: func(ctx context.Context, _ any, in *Incoming) error {
		if err := fn(ctx); err != nil {
			return err
		}
		return in.Reply(nil)
	}}}})
}

// callbackPair returns an object whose method Keep calls the func that it gets, and
// sends it and its context to kept.
func callbackPair(t *testing.T) (o *Object, kept chan func() error) {
	kept = make(chan func() error, 1)
	keep := MethodDefinition{Name: "Keep", Serve: func(ctx context.Context, _ any, in *Incoming) error {
		fn, _, err := in.Callback(0)
		if err != nil {
			return err
		}
		again := func() error { return fn.Call(ctx, "Call", nil, nil) } // as a stub of a func without a context
		if err := again(); err != nil {
			return err
		}
		kept <- again
		return in.Reply(nil)
	}}
	s := Define(Definition{Interface: "Lab", New: newNothing, Methods: []MethodDefinition{keep}})
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"lab": s}})
	return p.dispense(t, "lab"), kept
}

// A func whose call has ended is released, also for who calls it with the context of
// that call.
func TestFuncAfterItsCall(t *testing.T) {
	o, kept := callbackPair(t)
	c := begin(t, o, "Keep")
	c.PassObject(funcService(func(context.Context) error { return nil }), &struct{}{}, false)
	if err := c.Do(nil, nil); err != nil {
		t.Fatal(err)
	}
	err := (<-kept)()
	if !errors.Is(err, ErrReleased) || !strings.Contains(err.Error(), "a func of lab.Keep") {
		t.Errorf("got %v", err)
	}
}

// Errors name a func by the call that passed it.
func TestFuncsAreNamed(t *testing.T) {
	o, _ := callbackPair(t)
	c := begin(t, o, "Keep")
	c.PassObject(funcService(func(context.Context) error { panic("boom") }), &struct{}{}, false)
	if err := c.Do(nil, nil); err == nil || !strings.Contains(err.Error(), "a func of lab.Keep panicked: panic: boom") {
		t.Errorf("got %v", err)
	}
	c = begin(t, o, "Keep")
	c.PassObject(newStoreService(nil), &store{}, false)
	if err := c.Do(nil, nil); err == nil || !strings.Contains(err.Error(), `"an object of lab.Keep" has no method "Call"`) {
		t.Errorf("got %v", err)
	}
}
