package rpc

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/transport"
)

// bubble runs f with two peers in a bubble with a clock of its own. Everything
// must have ended when f has and both are closed, or the bubble says so.
//
// The garbage collector rests meanwhile: it would close what is not referred to any more
// from outside of the bubble, which nobody may.
func bubble(t *testing.T, host, plugin Config, f func(t *testing.T, p *pair)) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t, host, plugin)
		f(t, p)
	})
}

func TestDeadlineOnTheClock(t *testing.T) {
	seen := make(chan error, 1)
	left := make(chan time.Duration, 1)
	service := newMethodsService(map[string]func(context.Context, *Incoming) error{
		"Wait": func(ctx context.Context, _ *Incoming) error {
			d, _ := ctx.Deadline()
			left <- time.Until(d)
			<-ctx.Done()
			seen <- ctx.Err()
			return ctx.Err()
		},
	})
	bubble(t, Config{}, Config{Services: service}, func(t *testing.T, p *pair) {
		o := p.dispense(t, "methods")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		err := o.Call(ctx, "Wait", "", nil)
		if took := time.Since(began); took != time.Minute || !errors.Is(err, DeadlineExceeded) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the caller had %v after %v", err, took)
		}
		if d := <-left; d != time.Minute {
			t.Errorf("the handler had %v", d)
		}
		synctest.Wait()
		if err := <-seen; err != context.DeadlineExceeded && err != context.Canceled {
			t.Errorf("the handler saw %v", err)
		}
	})
}

func TestShutdownWithGrace(t *testing.T) {
	for _, c := range []struct {
		name       string
		work, hook time.Duration // of the plugin
		grace      time.Duration // of the host
		took       time.Duration
		err        error
	}{
		{"in time", 2 * time.Second, 3 * time.Second, 10 * time.Second, 3 * time.Second, nil},
		{"the hook is late", 0, time.Hour, 5 * time.Second, 5 * time.Second, context.DeadlineExceeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			var hookHad error
			bubble(t, Config{Services: services(nil)}, Config{
				OnShutdown: func(ctx context.Context) {
					timer := time.NewTimer(c.hook)
					defer timer.Stop()
					select {
					case <-timer.C:
					case <-ctx.Done():
						hookHad = ctx.Err()
						time.Sleep(time.Second) // later still
					}
				},
				Services: services(nil),
			}, func(t *testing.T, p *pair) {
				o := p.dispense(t, "store")
				var wg sync.WaitGroup
				if c.work > 0 {
					wg.Go(func() {
						if _, err := sleepMethod.Call(t.Context(), o, c.work); err != nil {
							t.Errorf("a call in flight got %v", err)
						}
					})
					synctest.Wait()
					time.Sleep(c.work / 2)
				}
				began := time.Now().Add(c.work / 2) // when the call ends
				ctx, cancel := context.WithTimeout(t.Context(), c.grace)
				defer cancel()
				err := p.host.Shutdown(ctx)
				if took := time.Since(began); !errors.Is(err, c.err) || took != c.took {
					t.Errorf("got %v after %v", err, took)
				}
				wg.Wait()
				synctest.Wait()
				if c.err != nil && hookHad == nil {
					t.Error("the hook's context did not end with the grace")
				}
			})
		})
	}
}

// The calls that the plugin serves share the grace with its hook.
func TestShutdownOfACallThatStays(t *testing.T) {
	var hookLeft time.Duration
	cfg := Config{Services: services(nil), OnShutdown: func(ctx context.Context) {
		t, _ := ctx.Deadline()
		hookLeft = time.Until(t)
	}}
	synctest.Test(t, func(t *testing.T) {
		var s *store
		cfg.Services = services(func(opened *store) { s = opened })
		p := newPair(t, Config{}, cfg)
		o := p.dispense(t, "store")
		done := make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, err := blockMethod.Call(ctx, o, struct{}{}); done <- err }()
		<-s.entered
		p.host.mu.Lock()
		c := p.host.control
		p.host.mu.Unlock()
		c.mu.Lock()
		c.asked = true
		c.mu.Unlock()
		p.plugin.startShutdown(4 * time.Second) // as a SHUTDOWN does whose sender did not wait
		p.plugin.startShutdown(time.Hour)       // again, which changes nothing
		synctest.Wait()
		_, err := pingMethod.Call(t.Context(), o, struct{}{})
		if !errors.Is(err, Unavailable) {
			t.Errorf("a call while the plugin drains got %v", err)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		select {
		case <-c.drained:
		default:
			t.Error("the plugin does not say that its time is over")
		}
		if hookLeft > 0 {
			t.Errorf("the hook had %v", hookLeft)
		}
		cancel()
		if err := <-done; !errors.Is(err, Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// A stream whose opener never says what it is for is closed after a while, and
// harms nobody.
func TestKindTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRaw(t, Config{Side: transport.Plugin, Codecs: []codec.Codec{jsoncodec.New()}})
		// Over direct/1 a stream begins with its first byte, over others it need not.
		s := &silentStream{deadline: make(chan time.Time, 2), closed: make(chan struct{})}
		began := time.Now()
		r.peer.joined.Add(1)
		go r.peer.accepted(s)
		<-s.closed
		if took := time.Since(began); took != kindTimeout {
			t.Errorf("it took %v", took)
		}
		r.send(r.control, header{typ: framePing, id: 1}, nil)
		if h, _ := r.next(r.control); h.typ != framePong {
			t.Errorf("got %v", h.typ)
		}
		r.session.Close()
		r.peer.Close()
	})
}

// silentStream is a stream on which nothing ever comes.
type silentStream struct {
	transport.Stream
	deadline chan time.Time
	closed   chan struct{}
}

func (s *silentStream) SetReadDeadline(t time.Time) error {
	s.deadline <- t
	return nil
}

func (s *silentStream) Read([]byte) (int, error) {
	time.Sleep(time.Until(<-s.deadline))
	return 0, context.DeadlineExceeded
}

func (s *silentStream) Close() error {
	close(s.closed)
	return nil
}
