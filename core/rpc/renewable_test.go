package rpc

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

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
	})
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
	o := Renewable(p.dispense(t, "store"), func(context.Context) (*Object, error) { tries++; return nil, why })
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
	})
	first.plugin.Close()
	<-first.host.Done()
	if _, err := pingMethod.Call(t.Context(), o, struct{}{}); !errors.Is(err, ErrReleased) {
		t.Errorf("got %v", err)
	}
	eventually(t, "the object is released", func() bool { return second.plugin.Stats().Objects == 0 })
}
