package rpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// quickStore serves the store with every method declared quick, also those that are
// not.
func quickStore(opened func(*store)) map[string]*Service {
	return map[string]*Service{"store": newStoreService(opened).Quick()}
}

func TestQuickCalls(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: quickStore(nil)})
	o := p.dispense(t, "store")
	var callers sync.WaitGroup
	for i := range 32 {
		callers.Go(func() {
			for n := range 100 {
				want := bytes.Repeat([]byte{byte(i)}, n*(i%5)*10)
				got, err := echoMethod.Call(t.Context(), o, want)
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("caller %d, call %d: %d bytes, %v", i, n, len(got), err)
					return
				}
			}
		})
	}
	callers.Wait()
	if _, err := panicMethod.Call(t.Context(), o, "oh"); !errors.As(err, new(*PanicError)) {
		t.Errorf("a panic gives %v", err)
	}
	wantPong(t, o)
}

// A quick method that is not quick delays others for a moment only, and is treated
// like others from then on.
func TestQuickMethodThatLasts(t *testing.T) {
	var s *store
	p := newPair(t, Config{}, Config{Services: quickStore(func(made *store) { s = made })})
	o := p.dispense(t, "store")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	const blocked = 10
	ended := make(chan error, blocked)
	for range blocked {
		go func() {
			_, err := blockMethod.Call(ctx, o, struct{}{})
			ended <- err
		}()
		<-s.entered
		wantPong(t, o)
	}
	serving := p.plugin.serving
	serving.mu.Lock()
	demoted := len(serving.demotions)
	serving.mu.Unlock()
	if demoted == 0 {
		t.Error("the method counts as quick still")
	}
	cancel() // which is read, whoever is blocked
	for range blocked {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	eventually(t, "the handlers end", func() bool { return p.plugin.Stats().Serving == 0 })
	wantPong(t, o)
}

// A handler that is blocked for ever does not hold the end of the session.
func TestQuickMethodAndClose(t *testing.T) {
	release := make(chan struct{})
	entered := make(chan struct{}, 1)
	stuck := Method[struct{}, struct{}]{Name: "Stuck"}
	service := NewService(func(context.Context, struct{}) (int, error) { return 0, nil },
		Handle(stuck, func(int, context.Context, struct{}) (struct{}, error) {
			entered <- struct{}{}
			<-release
			return struct{}{}, nil
		}).Quick())
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"stuck": service}})
	o := p.dispense(t, "stuck")
	ended := make(chan error, 1)
	go func() {
		_, err := stuck.Call(t.Context(), o, struct{}{})
		ended <- err
	}()
	<-entered
	within(t, "Close", func() { p.plugin.Close() })
	if err := <-ended; !errors.Is(err, Unavailable) {
		t.Errorf("got %v", err)
	}
	close(release)
}

// A handler that ends its goroutine does not end the reading.
func TestQuickMethodAndGoexit(t *testing.T) {
	exit := Method[struct{}, struct{}]{Name: "Exit"}
	service := NewService(func(context.Context, struct{}) (int, error) { return 0, nil },
		Handle(exit, func(int, context.Context, struct{}) (struct{}, error) {
			runtime.Goexit()
			return struct{}{}, nil
		}).Quick())
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"exit": service}})
	o := p.dispense(t, "exit")
	for range 3 {
		if _, err := exit.Call(t.Context(), o, struct{}{}); !errors.Is(err, Internal) {
			t.Errorf("got %v", err)
		}
	}
}

// Quick methods that call the other side, which calls back, wait for each other for
// a moment only.
func TestQuickNestedCalls(t *testing.T) {
	method := Method[int, int]{Name: "Bounce"}
	p := new(pair)
	host, plugin := bounce(p, 0, t)
	for _, cfg := range []*Config{&host, &plugin} {
		cfg.Services = map[string]*Service{"bounce": cfg.Services["bounce"].Quick()}
	}
	*p = *newPair(t, host, plugin)
	o := p.dispense(t, "bounce")
	within(t, "calls inside each other", func() {
		for range 20 {
			if depth, err := method.Call(t.Context(), o, 10); err != nil || depth != 10 {
				t.Errorf("got %d, %v", depth, err)
			}
		}
	})
}

// A peer that reads no replies holds the reader of its calls for a moment only: what
// it sends is still read.
func TestQuickRepliesThatNobodyReads(t *testing.T) {
	var s *store
	r := newRaw(t, Config{Side: 1, Services: quickStore(func(opened *store) { s = opened })})
	lane := r.open(kindCalls)
	object := r.dispense(lane, 1, "store")
	def := newStoreService(nil).def.Methods
	number := func(name string) uint16 {
		for i, m := range def {
			if m.Name == name {
				return uint16(i)
			}
		}
		t.Fatal(name)
		return 0
	}
	text := `"` + strings.Repeat("A", 40_000) + `"`
	id := uint32(1)
	for range 100 { // 4 MB of replies, where a stream takes much less
		id++
		r.send(lane, header{typ: frameCall, method: number("Echo"), id: id}, callBytes(object, text))
	}
	id++
	r.send(lane, header{typ: frameCall, method: number("Block"), id: id}, callBytes(object, ""))
	within(t, "the call after them", func() { <-s.entered })
	r.send(lane, header{typ: frameCancel, id: id}, nil)
	eventually(t, "the cancel is read", func() bool {
		serving := r.peer.serving
		serving.mu.Lock()
		defer serving.mu.Unlock()
		in := serving.inFlight[id]
		return in == nil || in.Err() != nil
	})
}

func TestQuickDeclarations(t *testing.T) {
	stream := HandleServerStream(ServerStream[struct{}, int]{Name: "Items"}, func(int, context.Context, struct{}) iter.Seq2[int, error] { return nil })
	create := func(context.Context, struct{}) (int, error) { return 0, nil }
	ping := Handle(pingMethod, func(int, context.Context, struct{}) (string, error) { return "", nil })
	for want, s := range map[string]*Service{
		"the streaming method Items cannot be quick": NewService(create, ping, stream).Quick("Items"),
		"no method Pong to declare quick":            NewService(create, ping, stream).Quick("Pong"),
		"<nil>":                                      NewService(create, ping, stream).Quick(),
	} {
		if err := s.Err(); !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("got %v, which does not say %q", err, want)
		}
	}
}

// A demotion lasts longer each time, and is forgotten when the method is quick for
// long.
func TestDemotions(t *testing.T) {
	d, m := demotions{}, &MethodDefinition{Name: "M"}
	for _, want := range []int{16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 4096} {
		d.demote(m)
		slow := 0
		for !d.quick(m) {
			slow++
		}
		if slow != want {
			t.Errorf("it is slow for %d calls, want %d", slow, want)
		}
	}
	for range mostDemoted {
		if !d.quick(m) {
			t.Fatal("it is slow again")
		}
	}
	if len(d) != 0 {
		t.Error("it is not forgotten")
	}
}
