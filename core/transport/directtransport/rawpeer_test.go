package directtransport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// patience guards tests against hanging.
const patience = 20 * time.Second

// rawPeer is the other end of a session's link, without a session.
type rawPeer struct {
	t    *testing.T
	link net.Conn
}

// newRawPeer returns a session of side and its peer.
func newRawPeer(t *testing.T, cfg transport.Config) (*session, *rawPeer) {
	t.Helper()
	a, b := socketPair(t)
	s := startSession(a, cfg.WithDefaults())
	b.SetDeadline(time.Now().Add(patience))
	t.Cleanup(func() {
		b.Close()
		s.Close()
	})
	return s, &rawPeer{t, b}
}

func (p *rawPeer) send(frames ...[]byte) {
	p.t.Helper()
	for _, f := range frames {
		if _, err := p.link.Write(f); err != nil {
			p.t.Fatalf("write to the session: %v", err)
		}
	}
}

// expect reads from the link and compares.
func (p *rawPeer) expect(what string, want []byte) {
	p.t.Helper()
	got := make([]byte, len(want))
	n, err := io.ReadFull(p.link, got)
	if err != nil || !bytes.Equal(got, want) {
		p.t.Fatalf("%s: the session sent % x (%v), want % x", what, got[:n], err, want)
	}
}

func data(stream uint32, body []byte) []byte {
	return append(appendHeader(nil, header{typeData, len(body), stream}), body...)
}

func opening(stream uint32, body []byte) []byte {
	return append(appendHeader(nil, header{typeOpen, len(body), stream}), body...)
}

func closing(stream uint32) []byte { return appendHeader(nil, header{typ: typeClose, stream: stream}) }

func mustOpen(t *testing.T, s transport.Session) transport.Stream {
	t.Helper()
	st, err := s.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func mustAccept(t *testing.T, s transport.Session) transport.Stream {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	st, err := s.Accept(ctx)
	if err != nil {
		t.Fatal(err)
	}
	st.SetReadDeadline(time.Now().Add(patience))
	return st
}

func mustRead(t *testing.T, st transport.Stream, n int) []byte {
	t.Helper()
	p := make([]byte, n)
	if got, err := io.ReadFull(st, p); err != nil {
		t.Fatalf("read %d of %d bytes: %v", got, n, err)
	}
	return p
}

func mustEnd(t *testing.T, s transport.Session) error {
	t.Helper()
	select {
	case <-s.Done():
		return s.Err()
	case <-time.After(patience):
		t.Fatal("the session does not end")
		return nil
	}
}

// TestConversation holds the life of a stream, byte by byte.
func TestConversation(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Host})
	st := mustOpen(t, s)
	if _, err := st.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	peer.expect("the first bytes", golden[0].frame)
	if _, err := st.Write([]byte("hi")); err != nil {
		t.Fatal(err)
	}
	peer.expect("more bytes", golden[1].frame)
	half := bytes.Repeat([]byte("x"), window/4)
	peer.send(data(1, half), data(1, half))
	mustRead(t, st, 2*len(half))
	peer.expect("credit for half of the window, which grows", golden[2].frame)
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	peer.expect("the close", golden[3].frame)
	peer.send(data(1, []byte("under way")), closing(1))
	unused := mustOpen(t, s)
	unused.Close()
	second := mustOpen(t, s)
	if _, err := second.Write([]byte("2")); err != nil {
		t.Fatal(err)
	}
	peer.expect("a stream after an unused one", opening(5, []byte("2")))
	peer.send(data(5, []byte("last")), closing(5))
	second.SetReadDeadline(time.Now().Add(patience))
	if got := mustRead(t, second, 4); string(got) != "last" {
		t.Fatalf("read %q", got)
	}
	peer.expect("a close once all was read", closing(5))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	peer.expect("the goodbye", golden[5].frame)
	if n, err := peer.link.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Fatalf("after the goodbye: %d bytes, %v, want the end of the link", n, err)
	}
}

func TestRefuse(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Plugin, MaxStreams: 1})
	peer.send(opening(1, []byte("a")), opening(3, []byte("b")), data(3, []byte("c")))
	peer.expect("the refusal of the second", golden[4].frame)
	peer.send(closing(3), opening(3, []byte("again")))
	peer.expect("the refusal of another with the same number", golden[4].frame)
	st := mustAccept(t, s)
	if got := mustRead(t, st, 1); string(got) != "a" {
		t.Fatalf("read %q", got)
	}
	peer.send(opening(5, []byte("d")))
	var broken *ProtocolError
	if err := mustEnd(t, s); !errors.As(err, &broken) || !strings.Contains(err.Error(), "refused") {
		t.Fatalf("a refused stream too many ended the session with %v, want a ProtocolError", err)
	}
}

// TestRefusedStream looks from the other side.
func TestRefusedStream(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Host, MaxStreams: 1})
	st := mustOpen(t, s)
	st.SetReadDeadline(time.Now().Add(patience))
	if _, err := st.Write([]byte("a")); err != nil {
		t.Fatal(err)
	}
	peer.expect("the opening", opening(1, []byte("a")))
	peer.send(appendHeader(nil, header{typ: typeRefuse, stream: 1}))
	for _, f := range []func([]byte) (int, error){st.Read, st.Write} {
		if _, err := f(make([]byte, 1)); !errors.Is(err, transport.ErrTooManyStreams) || !errors.Is(err, net.ErrClosed) {
			t.Errorf("a refused stream says %v, want an error that matches ErrTooManyStreams and net.ErrClosed", err)
		}
	}
	peer.expect("the close in answer", closing(1))
	st.Close()
	next := mustOpen(t, s)
	if _, err := next.Write([]byte("b")); err != nil {
		t.Fatal(err)
	}
	peer.expect("the next stream", opening(3, []byte("b")))
}

// TestIDsWrapAround lets the numbers run out while some are in use.
func TestIDsWrapAround(t *testing.T) {
	for _, tt := range []struct {
		side transport.Side
		want []uint32
	}{
		{transport.Host, []uint32{0xFFFFFFFD, 0xFFFFFFFF, 1, 3}},
		{transport.Plugin, []uint32{0xFFFFFFFE, 2, 4}},
	} {
		s, peer := newRawPeer(t, transport.Config{Side: tt.side})
		s.nextID = tt.want[0]
		for i, want := range tt.want {
			if i == len(tt.want)-1 {
				s.nextID = tt.want[0] // all the others are in use
			}
			if _, err := mustOpen(t, s).Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			peer.expect("an opening", opening(want, []byte("x")))
		}
	}
}
