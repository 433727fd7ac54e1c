package rpctest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
)

func testStreams(t *testing.T, tr transport.Transport) {
	p := newPair(t, tr, rpc.Limits{})
	n := 0
	for v, err := range produce.Call(guarded(t), p.typed, batch{2000, 1000}) {
		if err != nil || len(v) != 1000 {
			t.Fatalf("value %d: %d bytes, %v", n, len(v), err)
		}
		n++
	}
	if n != 2000 {
		t.Errorf("it ended after %d values", n)
	}
	total, err := sum.Call(guarded(t), p.typed, func(yield func(int, error) bool) {
		for i := range 3000 {
			if !yield(i, nil) {
				return
			}
		}
	})
	if err != nil || total != 3000*2999/2 {
		t.Errorf("the sum is %d, %v", total, err)
	}
	s, err := echoAll.Open(guarded(t), p.typed)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		if err := s.Send(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		if v, err := s.Recv(); err != nil || v != fmt.Sprint(i) {
			t.Fatalf("the echo of %d is %q, %v", i, v, err)
		}
	}
	s.CloseSend()
	if _, err := s.Recv(); err != io.EOF {
		t.Errorf("the clean end is %v", err)
	}
	s.Cancel()
	p.empty(t)
}

func testLeftEarly(t *testing.T, tr transport.Transport) {
	p := newPair(t, tr, rpc.Limits{})
	for range produce.Call(guarded(t), p.typed, batch{1 << 40, 1000}) {
		break
	}
	ctx, cancel := context.WithCancel(guarded(t))
	defer cancel()
	var last error
	for _, err := range produce.Call(ctx, p.typed, batch{1 << 40, 1000}) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("a canceled sequence ends with %v", last)
	}
	p.empty(t)
	pings(t, p.typed, 1)
}

// testSlowConsumer holds that a consumer which does not draw bounds what the
// producer makes.
func testSlowConsumer(t *testing.T, tr transport.Transport) {
	p := newPair(t, tr, rpc.Limits{})
	const size = 4 << 10
	next, stop := iter.Pull2(produce.Call(guarded(t), p.typed, batch{1 << 40, size}))
	defer stop()
	if _, err, _ := next(); err != nil {
		t.Fatal(err)
	}
	made := p.standsStill(t)
	if most := int64(16<<20) / size; made > most { // far more than any window and buffer
		t.Errorf("the producer ran %d values ahead, %d are the most", made, most)
	}
	pings(t, p.typed, 10)
	for range 2 * made {
		if _, err, _ := next(); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	p.empty(t)
}

// standsStill waits until the producers go no further, and returns how far they
// came.
func (p *pair) standsStill(t testing.TB) int64 {
	var made int64
	still := 0
	eventually(t, "the producer stands still", func() (any, bool) {
		if now := p.subject.produced.Load(); now == made {
			still++
		} else {
			made, still = now, 0
		}
		time.Sleep(2 * time.Millisecond)
		return made, still > 50
	})
	return made
}

func begin(t testing.TB, o *rpc.Object, method string) *rpc.Call {
	t.Helper()
	c, err := o.Begin(guarded(t), method)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func testBytes(t *testing.T, tr transport.Transport) {
	p := newPair(t, tr, rpc.Limits{})
	var n int64
	c := begin(t, p.live, "Digest")
	c.PassReader(io.LimitReader(zeros{}, 64<<20))
	if err := c.Do(nil, &n); err != nil || n != 64<<20 {
		t.Errorf("a reader of 64 MiB: %d bytes, %v", n, err)
	}
	c = begin(t, p.live, "Digest")
	c.PassReader(io.MultiReader(bytes.NewReader(make([]byte, 100)), broken{}))
	if err := c.Do(nil, &n); !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		t.Errorf("a reader that breaks: %v", err)
	}
	<-p.subject.ended
	p.empty(t)
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// testPassedOn passes an object of one plugin to another one, through the host.
func testPassedOn(t *testing.T, tr transport.Transport) {
	first, second := newPair(t, tr, rpc.Limits{}), newPair(t, tr, rpc.Limits{})
	proxy := rpc.NewService(func(context.Context, struct{}) (*rpc.Object, error) { return nil, io.ErrUnexpectedEOF },
		rpc.Handle(ping, func(o *rpc.Object, ctx context.Context, _ struct{}) (string, error) {
			return ping.Call(ctx, o, struct{}{})
		}))
	var answer string
	c := begin(t, second.live, "Ask")
	c.PassObject(proxy, first.typed, true)
	if err := c.Do(nil, &answer); err != nil || answer != "pong" {
		t.Errorf("got %q, %v", answer, err)
	}
	second.empty(t) // the second plugin has released it, and so has the host
	first.plugin.Close()
	c = begin(t, second.live, "Ask")
	c.PassObject(proxy, first.typed, false)
	if err := c.Do(nil, &answer); !errors.Is(err, rpc.Unavailable) {
		t.Errorf("an object of a plugin that is gone: %v", err)
	}
	second.empty(t)
}
