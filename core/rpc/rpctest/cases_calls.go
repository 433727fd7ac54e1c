package rpctest

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
)

// Calls of methods that are not quick, which may take as long as they like.
var (
	echoOne = rpc.Method[string, string]{Name: "Echo"}
	hold    = rpc.Method[struct{}, string]{Name: "Hold"}
	leave   = rpc.Method[struct{}, struct{}]{Name: "Leave"}
)

// holder is what they are called on.
type holder struct {
	held    chan struct{} // gets one value when a Hold has begun
	release chan struct{} // ends one Hold for each value
	ended   chan error    // gets what the context of a Hold ended with
}

func newHolder() *holder {
	return &holder{held: make(chan struct{}, 10), release: make(chan struct{}), ended: make(chan error, 10)}
}

func (h *holder) service() *rpc.Service {
	return rpc.NewService(func(context.Context, struct{}) (*holder, error) { return h, nil },
		rpc.Handle(echoOne, func(_ *holder, _ context.Context, s string) (string, error) { return s, nil }),
		rpc.Handle(hold, (*holder).hold),
		rpc.Handle(leave, func(*holder, context.Context, struct{}) (struct{}, error) {
			runtime.Goexit()
			return struct{}{}, nil
		}),
	)
}

func (h *holder) hold(ctx context.Context, _ struct{}) (string, error) {
	h.held <- struct{}{}
	select {
	case <-h.release:
		return "released", nil
	case <-ctx.Done():
		h.ended <- ctx.Err()
		return "", ctx.Err()
	}
}

// testHandlersAtWork holds that nothing waits for a handler that takes long, whoever
// read its call: other calls, long messages, its own cancellation, the end of the session.
func testHandlersAtWork(t *testing.T, tr transport.Transport) {
	p := newPair(t, tr, rpc.Limits{})
	o := dispense(t, p.host, "calls")
	h := p.subject.holder
	echoes := func(n, size int) {
		t.Helper()
		text := strings.Repeat("x", size)
		for range n {
			if got, err := echoOne.Call(guarded(t), o, text); err != nil || got != text {
				t.Fatalf("the echo of %d bytes has %d: %v", size, len(got), err)
			}
		}
	}
	echoes(100, 10) // the engine may find another way once it has seen some
	for range 5 {
		held := make(chan error, 1)
		go func() {
			got, err := hold.Call(guarded(t), o, struct{}{})
			if err == nil && got != "released" {
				err = errors.New(got)
			}
			held <- err
		}()
		<-h.held
		echoes(20, 10)
		echoes(2, 300<<10)
		h.release <- struct{}{}
		if err := <-held; err != nil {
			t.Fatal(err)
		}
		echoes(3, 10)
	}

	ctx, cancel := context.WithCancel(guarded(t))
	go func() { <-h.held; cancel() }()
	if _, err := hold.Call(ctx, o, struct{}{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a call that was canceled: %v", err)
	}
	if err := <-h.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("its handler's context: %v", err)
	}
	for range 3 {
		if _, err := leave.Call(guarded(t), o, struct{}{}); err == nil {
			t.Error("a handler that ended its goroutine has a reply")
		}
		echoes(3, 10)
	}

	gone := make(chan error, 1)
	go func() { _, err := hold.Call(guarded(t), o, struct{}{}); gone <- err }()
	<-h.held
	p.host.Close()
	<-p.plugin.Done()
	if err := <-gone; err == nil {
		t.Error("a call outlives the session")
	}
	if err := <-h.ended; err == nil {
		t.Error("a handler outlives the session")
	}
}
