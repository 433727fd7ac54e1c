package rpc

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/internal/leak"
)

func TestRenewable(t *testing.T) {
	leak.Check(t)
	first := newPair(t, Config{}, Config{Services: services(nil)})
	second := newPair(t, Config{}, Config{Services: services(nil)})
	var renewed atomic.Int32
	gate := make(chan struct{})
	o := Renewable(first.dispense(t, "store"), func(ctx context.Context) (*Object, error) {
		renewed.Add(1)
		<-gate
		return second.host.Dispense(ctx, "store", storeConfig{Prefix: "second-"})
	}, nil)
	wantPong(t, o)
	first.plugin.Close()
	<-first.host.Done()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if v, err := getMethod.Call(t.Context(), o, getArgs{Key: "k"}); err != nil || v != "second-k" {
				t.Errorf("got %q, %v", v, err)
			}
		})
	}
	eventually(t, "one renews", func() bool { return renewed.Load() > 0 })
	if _, err := pingMethod.Call(ctx, o, struct{}{}); !errors.Is(err, Canceled) {
		t.Errorf("one that waits must be able to give up: %v", err)
	}
	close(gate)
	wg.Wait()
	if n := renewed.Load(); n != 1 {
		t.Errorf("renewed %d times", n)
	}
	o.Close()
	if _, err := pingMethod.Call(t.Context(), o, struct{}{}); !errors.Is(err, FailedPrecondition) || !errors.Is(err, ErrReleased) {
		t.Errorf("after Close: %v", err)
	}
	eventually(t, "the object is released", func() bool { return second.plugin.Stats().Objects == 0 })
}

func TestRenewableFails(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: services(nil)})
	why := errors.New("there is no other")
	tries := 0
	o := Renewable(p.dispense(t, "store"), func(context.Context) (*Object, error) { tries++; return nil, why }, nil)
	p.plugin.Close()
	<-p.host.Done()
	for range 2 {
		if _, err := pingMethod.Call(t.Context(), o, struct{}{}); err != why {
			t.Errorf("got %v", err)
		}
	}
	if tries != 2 {
		t.Errorf("%d tries", tries)
	}
}

// One that is closed while it gets another object gives that one back.
func TestRenewableClosedMeanwhile(t *testing.T) {
	first := newPair(t, Config{}, Config{Services: services(nil)})
	second := newPair(t, Config{}, Config{Services: services(nil)})
	var o *Object
	o = Renewable(first.dispense(t, "store"), func(ctx context.Context) (*Object, error) {
		next, err := second.host.Dispense(ctx, "store", nil)
		o.Close()
		return next, err
	}, nil)
	first.plugin.Close()
	<-first.host.Done()
	if _, err := pingMethod.Call(t.Context(), o, struct{}{}); !errors.Is(err, ErrReleased) {
		t.Errorf("got %v", err)
	}
	eventually(t, "the object is released", func() bool { return second.plugin.Stats().Objects == 0 })
}

// What runs when a peer is retired goes on there; what comes later goes elsewhere.
func TestRetire(t *testing.T) {
	var first, second *store
	old := newPair(t, Config{}, Config{Services: services(func(s *store) { first = s })})
	next := newPair(t, Config{}, Config{Services: services(func(s *store) { second = s })})
	o := Renewable(old.dispense(t, "store"), func(ctx context.Context) (*Object, error) {
		return next.host.Dispense(ctx, "store", storeConfig{Prefix: "second-"})
	}, nil)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { _, err := blockMethod.Call(ctx, o, struct{}{}); ended <- err }()
	<-first.entered

	old.host.Retire()
	if v, err := getMethod.Call(t.Context(), o, getArgs{Key: "k"}); err != nil || v != "second-k" {
		t.Errorf("got %q, %v", v, err)
	}
	short, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	if err := old.host.AwaitIdle(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a call is in flight: %v", err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the call that ran: %v", err)
	}
	if err := old.host.AwaitIdle(t.Context()); err != nil {
		t.Error(err)
	}
	if second == nil || len(first.entered) != 0 {
		t.Error("a call went to the wrong peer")
	}
	old.host.Close()
	old.plugin.Close()
}

// A method that does not exist, and a call with live values, are counted out too.
func TestRetireCountsEveryCall(t *testing.T) {
	p, o := streamPair(t, &streamer{})
	o = Renewable(o, nil, nil)
	if err := o.Call(t.Context(), "NoSuchMethod", nil, nil); !errors.Is(err, Unimplemented) {
		t.Errorf("got %v", err)
	}
	for v, err := range countStream.Call(t.Context(), o, 1000) {
		if err != nil {
			t.Error(err)
		}
		if v == 10 {
			break
		}
	}
	c, err := o.Begin(t.Context(), countStream.Name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.DoStream(nil, nil); err == nil {
		t.Error("a stream that was not passed")
	}
	if n := p.host.renewables.count.Load(); n != 0 {
		t.Errorf("%d calls are still counted", n)
	}
}

// AwaitIdle waits for streams that have outlived their call.
func TestRetireWaitsForStreams(t *testing.T) {
	p, o := streamPair(t, &streamer{})
	o = Renewable(o, nil, nil)
	s, err := echoStream.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	p.host.Retire()
	short, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	if err := p.host.AwaitIdle(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a stream is open: %v", err)
	}
	s.Cancel()
	if err := p.host.AwaitIdle(t.Context()); err != nil {
		t.Error(err)
	}
}
