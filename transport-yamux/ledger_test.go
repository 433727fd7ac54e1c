package yamuxtransport

import (
	"context"
	"errors"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

var (
	syn = header{kind: kindWindowUpdate, flags: flagSYN}
	fin = header{kind: kindWindowUpdate, flags: flagFIN}
	rst = header{kind: kindWindowUpdate, flags: flagRST}
)

func (h header) on(id uint32) header { h.id = id; return h }

// TestLedgerRefuses lists what ends the session of a peer. The ledger is the
// host's, so the peer's streams have even numbers.
func TestLedgerRefuses(t *testing.T) {
	many := func(n int, closed bool) (hs []header) {
		for i := range n {
			hs = append(hs, syn.on(uint32(2+2*i)))
			if closed {
				hs = append(hs, fin.on(uint32(2+2*i)))
			}
		}
		return hs
	}
	for _, tt := range []struct {
		name string
		in   []header
		bad  bool
	}{
		{"as many streams as allowed", many(4, false), false},
		{"one more", many(5, false), true},
		{"one more after a close", append(append(many(4, false), fin.on(2)), syn.on(100)), false},
		{"one more after a reset", append(append(many(4, false), rst.on(2)), syn.on(100)), false},
		{"many that are closed at once", many(existing(4), true), false},
		{"very many that are closed at once", append(many(existing(4), true), syn.on(5000)), true},
		{"a number of this side", []header{syn.on(1)}, true},
		{"number zero", []header{syn.on(0)}, true},
		{"a number twice", []header{syn.on(2), syn.on(2)}, true},
		{"another version", []header{{version: 1, kind: kindPing}}, true},
		{"another kind", []header{{kind: 4}}, true},
		{"text", []header{parseHeader([]byte("Hello, world"))}, true},
		{"a window of 4 GiB", []header{syn.on(2), {kind: kindWindowUpdate, id: 2, length: 1<<32 - 1}}, true},
		{"frames for streams that are gone", []header{fin.on(8), rst.on(9), {id: 10, length: 5}}, false},
		{"the end of the listening", []header{{kind: kindGoAway}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLedger(transport.Host, 4)
			var err error
			for _, h := range tt.in {
				if err != nil {
					t.Fatalf("refused too early: %v", err)
				}
				_, err = l.inbound(h)
			}
			if got := errors.Is(err, errProtocol); got != tt.bad {
				t.Errorf("the error is %v, want one: %v", err, tt.bad)
			}
		})
	}
}

func TestLedgerCredit(t *testing.T) {
	l := newLedger(transport.Host, 4)
	l.outbound(syn.on(1))
	e := l.entry(1)
	for _, step := range []struct {
		name string
		do   func()
		want int
	}{
		{"at first", func() {}, chunk},
		{"when most is used", func() { l.data(e, initialWindow-10) }, 10},
		{"when all is used", func() { l.data(e, 10) }, 0},
		{"after an update", func() { l.inbound(header{kind: kindWindowUpdate, id: 1, length: 7}) }, 7},
	} {
		step.do()
		if got, err := l.sendable(e); got != step.want || err != nil {
			t.Errorf("%s: sendable = %d, %v, want %d", step.name, got, err, step.want)
		}
	}
	l.inbound(fin.on(1))
	if _, err := l.sendable(e); err != errPeerClosed {
		t.Errorf("after the peer closed: %v, want %v", err, errPeerClosed)
	}
}

// TestLedgerLargePieces checks that only a stream that sends alone gets them.
func TestLedgerLargePieces(t *testing.T) {
	l := newLedger(transport.Host, 4)
	l.outbound(syn.on(1))
	l.outbound(syn.on(3))
	one, other := l.entry(1), l.entry(3)
	one.credit, other.credit = 1<<30, 1<<30
	for i := range alone + 2 {
		want := chunk
		if i >= alone {
			want = chunkAlone
		}
		if got, _ := l.sendable(one); got != want {
			t.Fatalf("piece %d: %d bytes, want %d", i, got, want)
		}
	}
	l.sendable(other)
	if got, _ := l.sendable(one); got != chunk {
		t.Errorf("after another stream sent: %d bytes, want %d", got, chunk)
	}
}

// TestLedgerWaits checks that an opener waits for the peer to close, and no
// longer than its context lives.
func TestLedgerWaits(t *testing.T) {
	l := newLedger(transport.Host, 1)
	never := make(chan struct{})
	for i := range existing(1) {
		if err := l.reserve(t.Context(), never); err != nil {
			t.Fatal(err)
		}
		id := uint32(1 + 2*i)
		l.outbound(syn.on(id))
		if err := l.reserve(t.Context(), never); err != transport.ErrTooManyStreams {
			t.Fatalf("with one stream open: %v, want ErrTooManyStreams", err)
		}
		l.outbound(fin.on(id))
		l.closed()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.reserve(ctx, never); err != context.Canceled {
		t.Errorf("with a context that has ended: %v, want context.Canceled", err)
	}
	ended := make(chan struct{})
	close(ended)
	if err := l.reserve(t.Context(), ended); err != muxlink.ErrEnded {
		t.Errorf("with a session that has ended: %v, want %v", err, muxlink.ErrEnded)
	}
	done := make(chan error)
	go func() { done <- l.reserve(t.Context(), never) }()
	l.inbound(fin.on(1))
	if err := <-done; err != nil {
		t.Errorf("after the peer closed one: %v", err)
	}
}

// FuzzLedger feeds any headers in both directions, and checks that the counts
// are those of the streams that are there.
func FuzzLedger(f *testing.F) {
	f.Add(appendHeader(appendHeader(nil, syn.on(2)), fin.on(2)))
	f.Fuzz(func(t *testing.T, wire []byte) {
		l := newLedger(transport.Host, 2)
		for len(wire) >= headerSize+1 {
			h := parseHeader(wire[1:])
			h.id %= 16
			if wire[0]%2 == 0 {
				if _, err := l.inbound(h); err != nil {
					return
				}
			} else if h.flags&flagSYN == 0 {
				l.outbound(h)
			} else if id := h.id | 1; l.streams[id] == nil && l.reserve(closedContext(), nil) == nil {
				h.id, h.kind = id, kindWindowUpdate
				l.outbound(h)
			}
			wire = wire[headerSize+1:]
			var alive, theirs, theirsN int
			for _, e := range l.streams {
				switch {
				case e.ours:
					alive++
				case e.finIn:
					theirsN++
				default:
					theirs++
					theirsN++
				}
			}
			if alive != l.alive || theirs != l.theirs || theirsN != l.theirsN {
				t.Fatalf("counted %d, %d, %d streams, there are %d, %d, %d", l.alive, l.theirs, l.theirsN, alive, theirs, theirsN)
			}
			if l.theirs > l.max || l.theirsN > existing(l.max) {
				t.Fatalf("the peer has %d streams, %d of them open, and may have %d", l.theirsN, l.theirs, l.max)
			}
		}
	})
}

// closedContext returns a context that has ended, for a reserve that must not wait.
func closedContext() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
