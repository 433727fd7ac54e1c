package yamuxtransport

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/yamux"

	"github.com/tenon-dev/tenon/core/transport"
)

// guard bounds what must not hang.
const guard = 20 * time.Second

// within fails the test unless f returns in time.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(guard):
		t.Fatalf("%s: did not return within %v", what, guard)
	}
}

// rawPeer returns a session of the host and the bare other end of its link.
func rawPeer(t *testing.T, name string, cfg transport.Config) (*session, net.Conn) {
	t.Helper()
	a, b, err := linkNamed(t, name).Make()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New().Session(a, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.Close()
		within(t, "Close of the session", func() { s.Close() })
	})
	return s.(*session), b
}

// plainConfig is that of a peer which uses the library without this package.
func plainConfig() *yamux.Config {
	cfg := yamux.DefaultConfig()
	cfg.LogOutput = io.Discard
	return cfg
}

// TestPlainPeer exchanges more than a window with a peer that uses the library as
// it comes, in both directions at once, on streams that either side opens.
func TestPlainPeer(t *testing.T) {
	s, link := rawPeer(t, "socketpair", transport.Config{})
	peer, err := yamux.Server(link, plainConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	payload := bytes.Repeat([]byte("0123456789abcdef"), 200<<10)
	echo := func(rw io.ReadWriteCloser) {
		defer rw.Close()
		io.Copy(struct{ io.Writer }{rw}, io.LimitReader(rw, int64(len(payload))))
	}
	ask := func(rw io.ReadWriteCloser) {
		defer rw.Close()
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() { rw.Write(payload) })
		got := make([]byte, len(payload))
		if _, err := io.ReadFull(rw, got); err != nil || !bytes.Equal(got, payload) {
			t.Errorf("the echo differs (error: %v)", err)
		}
	}
	within(t, "the exchange", func() {
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() {
			st, err := peer.AcceptStream()
			if err != nil {
				t.Error(err)
				return
			}
			echo(st)
		})
		wg.Go(func() {
			st, err := s.Accept(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			echo(st)
		})
		wg.Go(func() {
			st, err := peer.OpenStream()
			if err != nil {
				t.Error(err)
				return
			}
			ask(st)
		})
		st, err := s.Open(t.Context())
		if err != nil {
			t.Error(err)
			return
		}
		ask(st)
	})
}

// TestReadWhileLinkIsFull checks that what has arrived can be read while not a
// byte can be sent, although the library sends a window update along the way.
func TestReadWhileLinkIsFull(t *testing.T) {
	s, link := rawPeer(t, "socketpair", transport.Config{})
	var wire []byte
	wire = appendHeader(wire, syn.on(2))
	const frame, frames = 64 << 10, 4 // what every window has room for
	for range frames {
		wire = appendHeader(wire, header{id: 2, length: frame})
		wire = append(wire, make([]byte, frame)...)
	}
	if _, err := link.Write(wire); err != nil {
		t.Fatal(err)
	}
	in, err := s.Accept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The peer grants a large window, and reads nothing.
	var writers sync.WaitGroup
	defer writers.Wait()
	var full []transport.Stream
	for range 8 {
		out, err := s.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		full = append(full, out)
		writers.Go(func() { out.Write(make([]byte, initialWindow)) })
	}
	waitUntilFull(t, s)
	within(t, "Read of what has arrived", func() {
		if _, err := io.ReadFull(in, make([]byte, frame*frames)); err != nil {
			t.Error(err)
		}
	})
	within(t, "a deadline", func() {
		in.SetReadDeadline(time.Now().Add(time.Millisecond))
		in.Read(make([]byte, 1))
	})
	within(t, "Close of a stream", func() { in.Close() })
	for _, out := range full {
		within(t, "Close of a stream with a Write that waits", func() { out.Close() })
	}
}

// waitUntilFull waits until the outbox is not empty and does not move.
func waitUntilFull(t *testing.T, s *session) {
	t.Helper()
	out := s.conn.out
	within(t, "filling the link", func() {
		for still, last := 0, uint64(0); still < 20; still++ {
			time.Sleep(2 * time.Millisecond)
			queued, sent := out.Position()
			if sent != last || queued == sent {
				still, last = 0, sent
			}
		}
	})
	// What is being written, what waits, and what the budget does not count.
	const budget = 256 << 10 // of muxlink.Outbox
	queued, sent := out.Position()
	if got := queued - sent; got > budget+64<<10 {
		t.Errorf("%d bytes wait for a full link, of which %d are for bulk", got, budget)
	}
}

// TestPingFlood checks that a peer which makes this side answer, and reads
// nothing, is not answered for ever.
func TestPingFlood(t *testing.T) {
	s, link := rawPeer(t, "socketpair", transport.Config{})
	ping := bytes.Repeat(appendHeader(nil, header{kind: kindPing, flags: flagSYN}), 1000)
	within(t, "the end of the session", func() {
		for s.Err() == nil {
			if _, err := link.Write(ping); err != nil {
				break
			}
		}
		<-s.Done()
	})
	if err := s.Err(); !errors.Is(err, errProtocol) || !strings.Contains(err.Error(), "64 pings") {
		t.Errorf("Err = %v, want one that says that the peer does not read the answers to its pings", err)
	}
	queued, sent := s.conn.out.Position()
	if n := queued - sent; n > 2*maxPongs*headerSize {
		t.Errorf("%d bytes waited for the peer", n)
	}
}

// TestPings checks that each ping has one answer, however its bytes are cut up, and that
// what is no ping has none.
func TestPings(t *testing.T) {
	s, link := rawPeer(t, "socketpair", transport.Config{})
	wire := appendHeader(nil, header{kind: kindPing, flags: flagSYN, length: 0x01020304})
	wire = appendHeader(wire, header{kind: kindPing, flags: 2, length: 5}) // an answer that nobody waits for
	wire = appendHeader(wire, header{kind: kindPing, flags: flagSYN | flagFIN, length: 0xfffffffe})
	want := appendHeader(nil, header{kind: kindPing, flags: 2, length: 0x01020304})
	want = appendHeader(want, header{kind: kindPing, flags: 2, length: 0xfffffffe})
	within(t, "the answers", func() {
		for size := range len(wire) {
			for p := wire; len(p) > 0; p = p[min(size+1, len(p)):] {
				if _, err := link.Write(p[:min(size+1, len(p))]); err != nil {
					t.Fatal(err)
				}
			}
			got := make([]byte, len(want))
			if _, err := io.ReadFull(link, got); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("pieces of %d: answered with % x, %v, want % x", size+1, got, err, want)
			}
		}
	})
	if err := s.Err(); err != nil {
		t.Errorf("the session ended: %v", err)
	}
}

// TestProtocolErrors checks that the session ends, and says why in its error and
// nowhere else: not on stderr, and to the logger at Debug.
func TestProtocolErrors(t *testing.T) {
	tooMuch := append(appendHeader(nil, syn.on(2)), appendHeader(nil, header{id: 2, length: 64 << 20})...)
	twice := appendHeader(appendHeader(appendHeader(nil, syn.on(2)), fin.on(2)), fin.on(2))
	for _, tt := range []struct {
		name string
		wire []byte
		says string
	}{
		{"something printed", []byte("hello from a plugin that prints\n"), "does it print to the link"},
		{"more than the window", tooMuch, "receive window exceeded"},
		{"an end after the end", twice, "unexpected FIN"},
		{"the peer's complaint", appendHeader(nil, header{kind: kindGoAway, length: 1}), "protocol error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log lockedBuffer
			s, link := rawPeer(t, "socketpair", transport.Config{
				Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			})
			link.Write(tt.wire)
			within(t, "the end of the session", func() { <-s.Done() })
			if err := s.Err(); !errors.Is(err, errProtocol) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Err = %v, want one that says %q", err, tt.says)
			}
			if _, err := s.Open(t.Context()); !errors.Is(err, net.ErrClosed) || !errors.Is(err, errProtocol) {
				t.Errorf("Open: %v, want an error that matches net.ErrClosed and says why", err)
			}
			if text := log.String(); strings.Contains(text, "level=INFO") || strings.Contains(text, "level=WARN") || strings.Contains(text, "level=ERROR") {
				t.Errorf("logged above level Debug:\n%s", text)
			}
		})
	}
}

// FuzzSession feeds any bytes to a session, which must end, or go on.
func FuzzSession(f *testing.F) {
	f.Add(appendHeader(appendHeader(nil, syn.on(2)), header{id: 2, length: 3}))
	f.Add([]byte("text"))
	f.Fuzz(func(t *testing.T, wire []byte) {
		s, link := rawPeer(t, "pipe", transport.Config{MaxStreams: 2})
		go io.Copy(io.Discard, link)
		go func() {
			for {
				st, err := s.Accept(t.Context())
				if err != nil {
					return
				}
				go io.Copy(io.Discard, struct{ io.Reader }{st})
			}
		}()
		within(t, "Write of the peer", func() { link.Write(wire) })
		link.Close()
		within(t, "the end of the session", func() { <-s.Done() })
	})
}

// TestReadAfterOwnClose checks that what has arrived is not read any more once
// this side has closed the session.
func TestReadAfterOwnClose(t *testing.T) {
	host, plugin := sessionPair(t, linkNamed(t, "socketpair"), transport.Config{})
	near, far, err := connect(t.Context(), host, plugin)
	if err != nil {
		t.Fatal(err)
	}
	far.Write([]byte("unread"))
	host.Close()
	if n, err := near.Read(make([]byte, 9)); n != 0 || !errors.Is(err, net.ErrClosed) {
		t.Errorf("Read = %d, %v, want an error that matches net.ErrClosed", n, err)
	}
}

// TestDebugStopsTimers checks the settings behind Config.Debug, and that a
// standing process loses nothing: no timer of the library may ever fire.
func TestDebugStopsTimers(t *testing.T) {
	cfg := settings(8, new(logger))
	if err := yamux.VerifyConfig(cfg); err != nil {
		t.Fatal(err)
	}
	const years = 24 * 365 * time.Hour
	if cfg.EnableKeepAlive || cfg.StreamOpenTimeout != 0 || cfg.StreamCloseTimeout != 0 || cfg.ConnectionWriteTimeout < 100*years {
		t.Errorf("a timer is on: %+v", cfg)
	}
}

// lockedBuffer is a bytes.Buffer that many may write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
