package smuxtransport

import (
	"context"
	"errors"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

func syn(id uint32) frame { return frame{version: version, kind: kindSYN, id: id} }
func fin(id uint32) frame { return frame{version: version, kind: kindFIN, id: id} }
func data(id uint32, n uint16) frame {
	return frame{version: version, kind: kindPSH, id: id, length: n}
}
func upd(id, taken, win uint32) frame { f := update(id, taken, win); f.version = version; return f }

// TestLedgerRefuses lists what ends the session of a peer. The ledger is the
// host's, so the peer's streams have even numbers.
func TestLedgerRefuses(t *testing.T) {
	many := func(n int, closed bool) (fs []frame) {
		for i := range n {
			fs = append(fs, syn(uint32(2+2*i)))
			if closed {
				fs = append(fs, fin(uint32(2+2*i)))
			}
		}
		return fs
	}
	full := func(pieces int) []frame {
		fs := []frame{syn(2)}
		for range pieces {
			fs = append(fs, data(2, 1<<15))
		}
		return fs
	}
	for _, tt := range []struct {
		name string
		in   []frame
		bad  bool
	}{
		{"as many streams as allowed", many(4, false), false},
		{"one more", many(5, false), true},
		{"one more after a close", append(append(many(4, false), fin(2)), syn(100)), false},
		{"many that are closed at once", many(existing(4), true), false},
		{"very many that are closed at once", append(many(existing(4), true), syn(5000)), true},
		{"a number of this side", []frame{syn(1)}, true},
		{"number zero", []frame{syn(0)}, true},
		{"a number twice", []frame{syn(2), syn(2)}, true},
		{"version 1", []frame{{version: 1, kind: kindNOP}}, true},
		{"another kind", []frame{{version: version, kind: 5}}, true},
		{"text", []frame{parseHeader([]byte("Hello, w"))}, true},
		{"a body where none belongs", []frame{{version: version, kind: kindFIN, length: 1}}, true},
		{"half an update", []frame{{version: version, kind: kindUPD, length: 4}}, true},
		{"an update for what was not sent", []frame{syn(2), upd(2, 1, 1<<20)}, true},
		{"a window of 2 GiB", []frame{syn(2), upd(2, 0, 1<<31)}, true},
		{"a full stream", full(defaultBuffer >> 15), false},
		{"frames for streams that are gone", []frame{fin(8), data(9, 10), upd(10, 1, 2)}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLedger(transport.Host, 4, defaultBuffer)
			var err error
			for _, f := range tt.in {
				if err != nil {
					t.Fatalf("refused too early: %v", err)
				}
				_, err = l.inbound(f)
			}
			if got := errors.Is(err, errProtocol); got != tt.bad {
				t.Errorf("the error is %v, want one: %v", err, tt.bad)
			}
		})
	}
}

func TestLedgerSendable(t *testing.T) {
	for _, tt := range []struct {
		name          string
		buffer, first int
	}{{"the protocol's first window", defaultBuffer, initialWindow}, {"a smaller one", minBuffer, minBuffer}} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLedger(transport.Host, 4, tt.buffer)
			l.outbound(syn(1))
			e := l.entry(1)
			e.sent, e.taken = 1<<32-5, 1<<32-5 // the counters go round
			for _, step := range []struct {
				name string
				do   func()
				want int
			}{
				{"at first", func() {}, tt.first},
				{"when some is used", func() { l.data(e, 10) }, tt.first - 10},
				{"after an update", func() { l.inbound(upd(1, 2, 100)) }, 97},
				{"when the window shrinks", func() { l.inbound(upd(1, 2, 1)) }, 0},
			} {
				step.do()
				if got, err := l.sendable(e); got != step.want || err != nil {
					t.Errorf("%s: sendable = %d, %v, want %d", step.name, got, err, step.want)
				}
			}
			l.inbound(fin(1))
			if _, err := l.sendable(e); err != errPeerClosed {
				t.Errorf("after the peer closed: %v, want %v", err, errPeerClosed)
			}
		})
	}
}

// TestLedgerWaits checks that an opener waits for the peer to close, and no
// longer than its context lives.
func TestLedgerWaits(t *testing.T) {
	l := newLedger(transport.Host, 1, defaultBuffer)
	never := make(chan struct{})
	for i := range existing(1) {
		if err := l.reserve(t.Context(), never); err != nil {
			t.Fatal(err)
		}
		id := uint32(1 + 2*i)
		l.outbound(syn(id))
		if err := l.reserve(t.Context(), never); err != transport.ErrTooManyStreams {
			t.Fatalf("with one stream open: %v, want ErrTooManyStreams", err)
		}
		l.outbound(fin(id))
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
	l.inbound(fin(1))
	if err := <-done; err != nil {
		t.Errorf("after the peer closed one: %v", err)
	}
}

// FuzzLedger feeds any frames in both directions, and checks that the counts are
// those of the streams that are there.
func FuzzLedger(f *testing.F) {
	f.Add([]byte{0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 2, 1, 0, 0, 2, 0, 0, 0})
	f.Fuzz(func(t *testing.T, wire []byte) {
		l := newLedger(transport.Host, 2, defaultBuffer)
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // reserve must not wait
		for len(wire) >= headerSize+1 {
			f := parseHeader(wire[1:])
			f.id %= 16
			f.consumed, f.window = uint32(wire[2])<<8, uint32(wire[3])<<24
			switch id := f.id | 1; {
			case wire[0]%2 == 0:
				if _, err := l.inbound(f); err != nil {
					return
				}
			case f.kind != kindSYN:
				l.outbound(f)
			case l.streams[id] == nil && l.reserve(ctx, nil) == nil:
				l.outbound(syn(id))
			}
			wire = wire[headerSize+1:]
			var alive, theirs, theirsN int
			for _, e := range l.streams {
				if room, _ := l.sendable(e); room < 0 {
					t.Fatalf("%d bytes may be sent", room)
				}
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
