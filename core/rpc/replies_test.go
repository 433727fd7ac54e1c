package rpc

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// unread reports whether nobody reads the lane of calls.
func unread(p *Peer) bool {
	c := p.calls
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.reading && c.owed == 0 && len(c.pending) == 0
}

// A call reads its own reply, and nobody reads when there is no call.
func TestCallReadsItsReply(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: services(nil)})
	o := p.dispense(t, "store")
	for range 100 {
		if _, err := pingMethod.Call(t.Context(), o, struct{}{}); err != nil {
			t.Fatal(err)
		}
		if !unread(p.host) {
			t.Fatal("somebody reads the lane after the only call has ended")
		}
	}
}

// A caller that reads replies of others leaves that to the lane's goroutine when
// its own has come, or its context ends.
func TestReadingIsHandedOn(t *testing.T) {
	var s *store
	p := newPair(t, Config{}, Config{Services: services(func(made *store) { s = made })})
	o := p.dispense(t, "store")
	ctx, cancel := context.WithCancel(t.Context())
	blocked := make(chan error, 1)
	go func() { // it takes the reading
		_, err := blockMethod.Call(ctx, o, struct{}{})
		blocked <- err
	}()
	<-s.entered
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 200 {
				if _, err := pingMethod.Call(t.Context(), o, struct{}{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
	cancel()
	if err := <-blocked; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	eventually(t, "the lane rests", func() bool { return unread(p.host) })
	if _, err := pingMethod.Call(t.Context(), o, struct{}{}); err != nil {
		t.Error(err)
	}
}

// Replies to calls that were given up are read although nobody calls: the peer
// must not wait for that.
func TestLateRepliesAreRead(t *testing.T) {
	release := make(chan struct{})
	late := Method[struct{}, []byte]{Name: "Late"}
	entered := make(chan struct{}, 100)
	service := NewService(func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil },
		Handle(late, func(struct{}, context.Context, struct{}) ([]byte, error) {
			entered <- struct{}{}
			<-release // whatever its context says
			return make([]byte, 1<<20), nil
		}))
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"late": service}})
	o := p.dispense(t, "late")
	const calls = 20
	var callers sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	for range calls {
		callers.Go(func() {
			if _, err := late.Call(ctx, o, struct{}{}); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
	for range calls {
		<-entered
	}
	cancel()
	callers.Wait()
	close(release)
	eventually(t, "the peer has sent every reply", func() bool { return p.plugin.Stats().Serving == 0 && p.plugin.active.count.Load() == 0 })
	eventually(t, "the lane rests", func() bool { return unread(p.host) })
	if n := p.host.Stats().Received; n != 0 {
		t.Errorf("%d bytes are still held", n)
	}
}

// What lasts for longer than a tick or two expires, and only that.
func TestWatchdog(t *testing.T) {
	expired := make(chan uint64, 10)
	w := newWatchdog(func(turn uint64) { expired <- turn })
	defer w.close()
	for range 1000 {
		if turn := w.begin(); !w.end(turn) {
			t.Error("it was ended by somebody else")
		}
	}
	turn := w.begin()
	for got := range expired { // a short one may have lasted, where the machine is slow
		if got == turn {
			break
		}
	}
	if !w.end(turn) || w.end(turn) {
		t.Error("a turn ends once")
	}
	eventually(t, "it rests", func() bool { return !w.awake.Load() })
	turn = w.begin()
	for got := range expired {
		if got == turn {
			return
		}
	}
}
