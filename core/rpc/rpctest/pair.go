package rpctest

import (
	"context"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/transporttest"
)

// makeLink returns both ends of a new link, and closes them at the end of t.
func makeLink(t testing.TB) (host, plugin net.Conn) {
	t.Helper()
	host, plugin, err := transporttest.Links()[0].Make()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { host.Close(); plugin.Close() })
	return host, plugin
}

// extraStreams is how many streams a session has beside those that limits count.
const extraStreams = 8

// startPeer starts the engine over one end of a link.
func startPeer(t testing.TB, tr transport.Transport, link net.Conn, cfg rpc.Config) *rpc.Peer {
	t.Helper()
	streams := max(cfg.Limits.WithDefaults().Streams, cfg.Remote.WithDefaults().Streams)
	session, err := tr.Session(link, transport.Config{Side: cfg.Side, MaxStreams: streams + extraStreams})
	if err != nil {
		t.Error(err)
		return nil
	}
	cfg.Codecs = []codec.Codec{jsoncodec.New()}
	p, err := rpc.NewPeer(session, cfg)
	if err != nil {
		t.Error(err)
		return nil
	}
	t.Cleanup(func() {
		p.Close()
		ctx, cancel := context.WithTimeout(context.Background(), hangGuard)
		defer cancel()
		if err := p.Join(ctx); err != nil {
			t.Error(err)
		}
	})
	return p
}

// pair is a host and a plugin, and the subject that the plugin serves.
type pair struct {
	host, plugin *rpc.Peer
	link         net.Conn // the host's end
	subject      *subject
	typed, live  *rpc.Object
}

func newPair(t *testing.T, tr transport.Transport, limits rpc.Limits) *pair {
	t.Helper()
	return newPairWith(t, tr, limits, rpc.Features()...)
}

// newPairWith is newPair for sides that have only those additions to the protocol in
// common.
func newPairWith(t *testing.T, tr transport.Transport, limits rpc.Limits, features ...string) *pair {
	t.Helper()
	p := &pair{subject: newSubject()}
	a, b := makeLink(t)
	p.link = a
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		p.host = startPeer(t, tr, a, rpc.Config{Side: transport.Host, Limits: limits, Remote: limits, Features: features})
	}()
	go func() {
		defer wg.Done()
		p.plugin = startPeer(t, tr, b, rpc.Config{Side: transport.Plugin, Limits: limits, Remote: limits, Features: features, Services: p.subject.services()})
	}()
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	p.typed, p.live = dispense(t, p.host, "typed"), dispense(t, p.host, "live")
	return p
}

func dispense(t testing.TB, p *rpc.Peer, service string) *rpc.Object {
	t.Helper()
	o, err := p.Dispense(t.Context(), service, nil)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// empty waits until neither side holds a call, a stream, or an object beside the
// two that were dispensed.
func (p *pair) empty(t testing.TB) {
	t.Helper()
	emptyPeer(t, "the host", p.host, 0)
	emptyPeer(t, "the plugin", p.plugin, 2)
}

func emptyPeer(t testing.TB, who string, p *rpc.Peer, dispensed int) {
	t.Helper()
	eventually(t, who+" is empty", func() (any, bool) {
		s := p.Stats()
		return s, s == rpc.Stats{Objects: dispensed}
	})
}

// eventually waits until ok, for as long as nothing may take.
func eventually(t testing.TB, what string, ok func() (any, bool)) {
	t.Helper()
	for deadline := time.Now().Add(hangGuard); ; time.Sleep(time.Millisecond) {
		state, done := ok()
		if done {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: it does not come: %+v", what, state)
		}
		runtime.Gosched()
	}
}

// guarded returns a context that ends when something hangs.
func guarded(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hangGuard)
	t.Cleanup(cancel)
	return ctx
}

// pings holds that unary calls go on.
func pings(t testing.TB, o *rpc.Object, n int) {
	t.Helper()
	for range n {
		if pong, err := ping.Call(guarded(t), o, struct{}{}); err != nil || pong != "pong" {
			t.Fatalf("a call beside: %q, %v", pong, err)
		}
	}
}
