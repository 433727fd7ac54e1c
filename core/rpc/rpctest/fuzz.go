package rpctest

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
)

// Fuzz sets the engine, as host and as plugin, over tr against a peer that does what a
// script says: it opens and closes streams of any kind, and sends frames of any type and raw
// bytes on them, in any order. The engine must not panic, hang, leak, or hold more than its
// limits allow, and its own calls must return.
//
//	func FuzzEngine(f *testing.F) { rpctest.Fuzz(f, mytransport.New()) }
func Fuzz(f *testing.F, tr transport.Transport) {
	dispense, _ := callBody(0, `{"service":"typed","codecs":["json"]}`)
	live, flags := callBody(1, "", ref{kind: refFlow, id: 7}, ref{kind: refObject, id: 3, methods: []string{"Ping"}}, ref{kind: refHome, id: 1})
	for _, host := range []bool{true, false} {
		f.Add(host, script(
			opened(kindCalls),
			framed(1, frame{typ: frameCall, id: 1, body: dispense}),
			framed(1, frame{typ: frameCall, flags: flags, id: 2, method: 2, body: live}),
			opened(kindFlow), rawly(2, []byte{0, 0, 0, 0, 0, 0, 0, 7}),
			framed(2, frame{typ: frameChunk, body: []byte("chunk")}), framed(2, frame{typ: frameEnd}),
			framed(0, frame{typ: frameRelease, body: binary.BigEndian.AppendUint64(nil, 1)}),
			framed(0, frame{typ: framePing, id: 9}), closed(1),
		))
		f.Add(host, script(
			replied(frame{typ: frameReply, id: 1, body: []byte(`{"object":5,"service":"typed","codec":"json","methods":[{"name":"Ping"}]}`)}),
			replied(frame{typ: frameReply, flags: flagError, id: 2, body: []byte(`{"code":"aborted"}`)}),
			replied(frame{typ: frameReply, flags: flagReferences, id: 3, body: []byte{0, 1, refFlow, 0, 0, 0, 0, 0, 0, 0, 7}}),
			opened(kindControl), opened(200),
		))
	}
	f.Fuzz(func(t *testing.T, asHost bool, steps []byte) {
		leak.Check(t)
		side := transport.Plugin
		if asHost {
			side = transport.Host
		}
		limits := rpc.Limits{Message: 4000, Calls: 8, Receive: 150_000, Metadata: 100, Objects: 4, References: 4, Streams: 4}
		r := newRaw(t, tr, rpc.Config{Side: side, Limits: limits})
		h := newHostile(t.Context(), r)
		var own sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		own.Go(func() { callAll(ctx, r.peer) })
		h.run(side, steps)
		if s := r.peer.Stats(); s.Received > int64(limits.Receive) || s.Serving > limits.Calls || s.Objects > limits.Objects {
			t.Errorf("it holds %+v", s)
		}
		cancel()
		own.Wait()
		r.session.Close()
		r.link.Close()
		select {
		case <-r.peer.Done():
		case <-time.After(hangGuard):
			t.Fatal("the session does not end")
		}
		h.wait()
		if err := r.peer.Join(guarded(t)); err != nil {
			t.Error(err)
		}
		if s := r.peer.Stats(); s != (rpc.Stats{}) {
			t.Errorf("after the end it holds %+v", s)
		}
	})
}

// callAll calls what the peer claims to serve.
func callAll(ctx context.Context, p *rpc.Peer) {
	if o, err := p.Dispense(ctx, "typed", nil); err == nil {
		ping.Call(ctx, o, struct{}{})
		ping.Call(rpc.WithMetadata(ctx, rpc.Metadata{"k": "v"}), o, struct{}{})
		o.Close()
	}
	p.Describe(ctx)
	p.Ping(ctx)
}

// A hostile peer follows a script. It reads and forgets all that comes.
type hostile struct {
	session transport.Session
	ctx     context.Context
	cancel  context.CancelFunc
	lanes   []transport.Stream // 0 is the control lane, where this side opens it
	replies chan transport.Stream
	joined  sync.WaitGroup
}

func newHostile(ctx context.Context, r *raw) *hostile {
	h := &hostile{session: r.session, replies: make(chan transport.Stream, 64)}
	h.ctx, h.cancel = context.WithCancel(ctx)
	h.joined.Go(func() {
		for {
			s, err := h.session.Accept(h.ctx)
			if err != nil {
				return
			}
			h.joined.Go(func() {
				var kind [1]byte
				if n, _ := s.Read(kind[:]); n == 1 && kind[0] == kindCalls {
					h.replies <- s
				}
				h.forget(s)
			})
		}
	})
	return h
}

func (h *hostile) forget(s transport.Stream) {
	defer s.Close()
	for b := make([]byte, 4096); ; {
		if _, err := s.Read(b); err != nil {
			return
		}
	}
}

func (h *hostile) wait() {
	h.cancel()
	h.joined.Wait()
}
