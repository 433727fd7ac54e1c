package rpc

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
)

// wantLimit fails unless err says that the limit of that name was reached.
func wantLimit(t testing.TB, err error, name string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != ResourceExhausted || e.Details["limit"] != name ||
		!strings.Contains(e.Message, "over the limit "+name+", ") {
		t.Errorf("got %v, where the limit %s was due", err, name)
	}
}

func wantPong(t testing.TB, o *Object) {
	t.Helper()
	if pong, err := pingMethod.Call(t.Context(), o, struct{}{}); err != nil || pong != "pong" {
		t.Errorf("another call got %q, %v", pong, err)
	}
}

// A side that knows the other's limits fails early, and that call alone.
func TestLimitsAreSeenEarly(t *testing.T) {
	small := Limits{Message: 1000, Calls: 2, Metadata: 50, Objects: 2}
	for _, side := range []transport.Side{transport.Host, transport.Plugin} {
		t.Run(side.String(), func(t *testing.T) {
			var s *store
			serves := Config{Limits: small, Services: services(func(opened *store) { s = opened })}
			calls := Config{Remote: small}
			cfg := map[transport.Side]Config{side: calls, side.Peer(): serves}
			p := newPair(t, cfg[transport.Host], cfg[transport.Plugin])
			caller := map[transport.Side]*Peer{transport.Host: p.host, transport.Plugin: p.plugin}[side]
			o, err := caller.Dispense(t.Context(), "", nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = echoMethod.Call(t.Context(), o, make([]byte, 1000))
			wantLimit(t, err, "Message")
			_, err = pingMethod.Call(WithMetadata(t.Context(), Metadata{"k": strings.Repeat("v", 50)}), o, struct{}{})
			wantLimit(t, err, "Metadata")

			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() { blockMethod.Call(ctx, o, struct{}{}) })
				<-s.entered
			}
			_, err = pingMethod.Call(t.Context(), o, struct{}{})
			wantLimit(t, err, "Calls")
			cancel()
			wg.Wait()
			served := map[*Peer]*Peer{p.host: p.plugin, p.plugin: p.host}[caller]
			eventually(t, "the calls end", func() bool { return served.Stats().Serving == 0 })

			second, err := caller.Dispense(t.Context(), "", nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = caller.Dispense(t.Context(), "", nil)
			wantLimit(t, err, "Objects")
			second.Close()
			eventually(t, "the object is released", func() bool { return served.Stats().Objects == 1 })
			if third, err := caller.Dispense(t.Context(), "", nil); err != nil {
				t.Errorf("after a release: %v", err)
			} else {
				wantPong(t, third)
			}
			wantPong(t, o)
		})
	}
}

// A result that the caller would not take is not sent.
func TestLimitOfResults(t *testing.T) {
	p := newPair(t, Config{Limits: Limits{Message: 500}}, Config{Remote: Limits{Message: 500}, Services: services(nil)})
	o := p.dispense(t, "store")
	_, err := echoMethod.Call(t.Context(), o, make([]byte, 600))
	wantLimit(t, err, "Message")
	if e := (*Error)(nil); !errors.As(err, &e) || !e.Remote() {
		t.Errorf("it is the callee that says so: %v", err)
	}
	wantPong(t, o)
}

// The object of a Dispense whose reply cannot be sent does not stay.
func TestLimitOfADispense(t *testing.T) {
	p := newPair(t, Config{Limits: Limits{Message: 20}}, Config{Remote: Limits{Message: 20}, Services: services(nil)})
	_, err := p.host.Dispense(t.Context(), "store", nil)
	wantLimit(t, err, "Message")
	eventually(t, "the object goes", func() bool { return p.plugin.Stats().Objects == 0 })
}

// Each side enforces its own limits, whatever the other one knows of them.
func TestLimitsAreEnforced(t *testing.T) {
	limits := Limits{Message: 1000, Calls: 3, Receive: 200_000, Metadata: 50, Objects: 2, References: 3}
	for _, side := range []transport.Side{transport.Host, transport.Plugin} {
		t.Run(side.String(), func(t *testing.T) {
			var s *store
			r := newRaw(t, Config{Side: side, Limits: limits, Services: services(func(opened *store) { s = opened })})
			lane := r.open(kindCalls)
			object := r.dispense(lane, 1, "store")
			next := uint32(1)
			call := func(method uint16, flags byte, body []byte) uint32 {
				next++
				if h := (header{typ: frameCall, flags: flags, method: method, id: next}); len(body) > maxFrame {
					r.write(lane, pieces(h, body, maxFrame))
				} else {
					r.send(lane, h, body)
				}
				return next
			}
			ping := func() {
				t.Helper()
				if _, body := r.reply(lane, call(2, 0, callBytes(object, ""))); string(body) != `"pong"` {
					t.Errorf("another call got %s", body)
				}
			}
			over := func(name string, method uint16, flags byte, body []byte) {
				t.Helper()
				wantLimit(t, r.replyError(lane, call(method, flags, body)), name)
				ping()
			}
			slack := 1000 + 50 + maxFrame
			over("Message", 0, 0, callBytes(object, strings.Repeat("x", slack)))
			over("Message", 0, 0, callBytes(object, strings.Repeat("x", 3*slack)))
			meta, flags := appendCallHead(nil, object, 0, Metadata{"key": strings.Repeat("v", 48)}, nil)
			over("Metadata", 2, flags, meta)
			refs, flags := appendCallHead(nil, object, 0, nil, make([]reference, 4))
			over("References", 2, flags, refs)

			var blocked []uint32
			for range 3 {
				blocked = append(blocked, call(3, 0, callBytes(object, "")))
				<-s.entered
			}
			wantLimit(t, r.replyError(lane, call(2, 0, callBytes(object, ""))), "Calls")
			for _, id := range blocked {
				r.send(lane, header{typ: frameCancel, id: id}, nil)
				if err := r.replyError(lane, id); err.Code != Canceled {
					t.Errorf("got %v", err)
				}
			}
			ping()
			next++
			r.dispense(lane, next, "store")
			next++
			r.send(lane, header{typ: frameCall, id: next, method: rootDispense}, callBytes(rootObject, `{"service":"store","codecs":["json"]}`))
			wantLimit(t, r.replyError(lane, next), "Objects")
			ping()
			if s := r.peer.Stats(); s.Received != 0 || s.Serving != 0 {
				t.Errorf("it holds %+v", s)
			}
		})
	}
}

// What one message may have is less than what all may have together: then it is
// the budget that ends a call, and the session goes on.
func TestReceiveIsEnforced(t *testing.T) {
	hold := make(chan struct{})
	p := newRaw(t, Config{
		Side: transport.Plugin, Services: services(nil), Limits: Limits{Receive: 100_000},
		ServerInterceptors: []Interceptor{func(ctx context.Context, call *CallInfo, next func(context.Context) error) error {
			if call.Method == "Echo" {
				<-hold // with the arguments not yet decoded
			}
			return next(ctx)
		}},
	})
	lane := p.open(kindCalls)
	object := p.dispense(lane, 1, "store")
	arg, err := json.Marshal(bytes.Repeat([]byte{1}, 40_000))
	if err != nil {
		t.Fatal(err)
	}
	p.send(lane, header{typ: frameCall, id: 2}, callBytes(object, string(arg)))
	p.send(lane, header{typ: frameCall, id: 3}, callBytes(object, string(arg)))
	wantLimit(t, p.replyError(lane, 3), "Receive")
	p.send(lane, header{typ: frameCall, method: 2, id: 4}, callBytes(object, ""))
	if _, body := p.reply(lane, 4); string(body) != `"pong"` {
		t.Errorf("another call got %s", body)
	}
	close(hold)
	if h, body := p.reply(lane, 2); h.flags != 0 || !bytes.Equal(body, arg) {
		t.Errorf("the first call got %d bytes", len(body))
	}
	if n := p.peer.Stats().Received; n != 0 {
		t.Errorf("%d bytes are held", n)
	}
}

// A callee that ignores what the caller takes fails that call, on the caller's
// side.
func TestLimitsOfRepliesAreEnforced(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Host, Limits: Limits{Message: 1000, Receive: 150_000}})
	results := make(chan error, 1)
	call := func() {
		go func() { _, err := r.peer.Describe(t.Context()); results <- err }()
	}
	call()
	lane := r.accept(kindCalls)
	for name, body := range map[string][]byte{"Message": make([]byte, 120_000), "Receive": nil} {
		if name == "Receive" {
			r.peer.budget.take(149_000)
			body = make([]byte, 2000)
		}
		h, _ := r.next(lane)
		r.write(lane, pieces(header{typ: frameReply, id: h.id}, body, maxFrame))
		err := <-results
		wantLimit(t, err, name)
		if name == "Message" && !strings.Contains(err.Error(), "over the limit Message, 1000,") {
			t.Errorf("the limit that somebody has set is told as another number: %v", err)
		}
		if name == "Receive" {
			r.peer.budget.give(149_000)
		}
		call()
	}
	h, _ := r.next(lane)
	r.send(lane, header{typ: frameReply, id: h.id}, []byte(`{"services":[]}`))
	if err := <-results; err != nil {
		t.Errorf("the next call got %v", err)
	}
	if n := r.peer.Stats().Received; n != 0 {
		t.Errorf("%d bytes are held", n)
	}
}

// Ids go on after the highest, and pass over those in flight.
func TestCallIdsWrap(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Host})
	go r.peer.Describe(t.Context())
	lane := r.accept(kindCalls)
	first, _ := r.next(lane)
	r.peer.calls.mu.Lock()
	r.peer.calls.last = 1<<32 - 2
	r.peer.calls.mu.Unlock()
	var ids []uint32
	for range 3 {
		go r.peer.Describe(t.Context())
		h, body := r.next(lane)
		if binary.BigEndian.Uint64(body) != rootObject {
			t.Fatalf("got %q", body)
		}
		ids = append(ids, h.id)
	}
	if fmt.Sprint(first.id, ids) != "1 [4294967295 2 3]" {
		t.Errorf("got %d, %v", first.id, ids)
	}
}

func TestLimitsValidate(t *testing.T) {
	if err := (Limits{}).Validate(); err != nil {
		t.Error(err)
	}
	for _, l := range []Limits{{Message: -1}, {Streams: -5}, {Calls: 1 << 31}} {
		if err := l.Validate(); err == nil || !strings.Contains(err.Error(), "must lie between") {
			t.Errorf("%+v: %v", l, err)
		}
	}
}

// The error of a limit is read on both sides, so it says whose limit it is in a way that is
// right on either.
func TestExceededSaysWhose(t *testing.T) {
	err := exceeded("Receive", 30_000, 20_000, "bytes of messages not yet decoded")
	if want := "resource_exhausted: 30000 bytes of messages not yet decoded are over the limit Receive, 20000, of the side that holds them: raise it there, or pass less at a time"; err.Error() != want || err.Details["limit"] != "Receive" {
		t.Errorf("got %v", err)
	}
}
