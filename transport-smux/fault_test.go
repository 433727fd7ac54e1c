package smuxtransport

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

	"github.com/xtaci/smux"

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

// TestPlainPeer exchanges more than a window with a peer that uses the library as
// it comes, but for the version, in both directions, on streams that either side
// opens.
func TestPlainPeer(t *testing.T) {
	s, link := rawPeer(t, "socketpair", transport.Config{})
	cfg := smux.DefaultConfig()
	cfg.Version = version
	peer, err := smux.Server(link, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	payload := bytes.Repeat([]byte("0123456789abcdef"), 200<<10)
	echo := func(rw io.ReadWriteCloser, err error) {
		if err != nil {
			t.Error(err)
			return
		}
		io.Copy(struct{ io.Writer }{rw}, struct{ io.Reader }{io.LimitReader(rw, int64(len(payload)))})
	}
	ask := func(rw io.ReadWriteCloser, err error) {
		if err != nil {
			t.Error(err)
			return
		}
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() { rw.Write(payload) })
		got := make([]byte, len(payload))
		if _, err := io.ReadFull(rw, got); err != nil || !bytes.Equal(got, payload) {
			t.Errorf("the echo differs (error: %v)", err)
		}
		rw.Close()
	}
	within(t, "the exchange", func() {
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() { echo(peer.AcceptStream()) })
		wg.Go(func() { echo(s.Accept(t.Context())) })
		wg.Go(func() { ask(peer.OpenStream()) })
		ask(s.Open(t.Context()))
	})
}

// TestReadWhileLinkIsFull checks that what has arrived can be read while not a
// byte can be sent, although the library sends a window update along the way.
func TestReadWhileLinkIsFull(t *testing.T) {
	s, link := rawPeer(t, "socketpair", transport.Config{})
	wire := appendFrame(nil, syn(2))
	const size, count = 32 << 10, 8 // what every window has room for
	for range count {
		wire = appendFrame(wire, data(2, size))
	}
	if _, err := link.Write(wire); err != nil {
		t.Fatal(err)
	}
	in, err := s.Accept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
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
		if _, err := io.ReadFull(in, make([]byte, size*count)); err != nil {
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
	within(t, "Open of a stream", func() {
		if _, err := s.Open(t.Context()); err != nil {
			t.Error(err)
		}
	})
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

// TestManyUnaccepted checks that more streams than the library lets wait for
// Accept do not stop the session.
func TestManyUnaccepted(t *testing.T) {
	const many = 1500 // the library stops at 1024
	host, plugin := sessionPair(t, linkNamed(t, "socketpair"), transport.Config{MaxStreams: many + 1})
	near, far, err := connect(t.Context(), host, plugin)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "opening", func() {
		for range many {
			st, err := host.Open(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := st.Write([]byte{1}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	within(t, "an exchange on an older stream", func() {
		near.Write([]byte("ping"))
		if _, err := io.ReadFull(far, make([]byte, 4)); err != nil {
			t.Error(err)
		}
	})
	within(t, "accepting all", func() {
		for range many {
			if _, err := plugin.Accept(t.Context()); err != nil {
				t.Error(err)
				return
			}
		}
	})
}

// TestAcceptConcurrentSafe checks that each of many who wait gets a stream.
func TestAcceptConcurrentSafe(t *testing.T) {
	const n = 50
	host, plugin := sessionPair(t, linkNamed(t, "socketpair"), transport.Config{})
	within(t, "Accept", func() {
		var wg sync.WaitGroup
		defer wg.Wait()
		for range n {
			wg.Go(func() {
				if _, err := plugin.Accept(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		for range n {
			if _, err := host.Open(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestBacklogWakesTheNext checks that of two who wait for two streams that came at
// once, both are woken.
func TestBacklogWakesTheNext(t *testing.T) {
	b := backlog{arrived: make(chan struct{}, 1)}
	b.push(new(smux.Stream))
	b.push(new(smux.Stream))
	for range 2 {
		select {
		case <-b.arrived:
		default:
			t.Error("a stream waits, and nobody is woken for it")
		}
		if b.pop() == nil {
			t.Error("pop returned nothing")
		}
	}
	if b.pop() != nil {
		t.Error("pop returned a third stream of two")
	}
}

// TestWriteKeepsNothing changes the buffer of a Write as soon as that has
// returned, while the session ends. The race detector sees anybody who still
// reads it.
func TestWriteKeepsNothing(t *testing.T) {
	for range 60 {
		host, plugin := sessionPair(t, linkNamed(t, "socketpair"), transport.Config{})
		var writers sync.WaitGroup
		for range 16 {
			near, far, err := connect(t.Context(), host, plugin)
			if err != nil {
				t.Fatal(err)
			}
			go io.Copy(io.Discard, struct{ io.Reader }{far})
			writers.Go(func() {
				buf := make([]byte, 2<<10)
				for {
					_, err := near.Write(buf)
					buf[0]++
					if err != nil {
						return
					}
				}
			})
		}
		time.Sleep(time.Millisecond)
		within(t, "Close", func() { host.Close() })
		within(t, "the writers", writers.Wait)
	}
}

// TestEndDoesNotOvertakeData lets the link end right behind the last bytes while
// somebody waits for them.
func TestEndDoesNotOvertakeData(t *testing.T) {
	for range 300 {
		s, link := rawPeer(t, "socketpair", transport.Config{})
		link.Write(appendFrame(appendFrame(nil, syn(2)), data(2, 1)))
		st, err := s.Accept(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			link.Write(appendFrame(nil, data(2, 1000)))
			link.Close()
		}()
		if got, err := io.ReadAll(st); len(got) != 1001 || err != nil {
			t.Fatalf("read %d bytes, %v, want 1001", len(got), err)
		}
		s.Close()
	}
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

// TestPeerEndsWithoutClose checks that what has arrived outlives the link, and
// that nothing is left once it has been read, although nobody closes the session.
func TestPeerEndsWithoutClose(t *testing.T) {
	s, link := rawPeer(t, "socketpair", transport.Config{})
	link.Write(appendFrame(appendFrame(nil, syn(2)), data(2, 1000)))
	st, err := s.Accept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	link.Close()
	within(t, "Done", func() { <-s.Done() })
	if err := s.Err(); !errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		t.Errorf("Err = %v, want one that matches io.EOF and not net.ErrClosed", err)
	}
	if got, err := io.ReadAll(st); len(got) != 1000 || err != nil {
		t.Errorf("read %d bytes, %v, want 1000", len(got), err)
	}
	if _, err := st.Write([]byte{1}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Write: %v, want an error that matches net.ErrClosed", err)
	}
	st.Close()
	within(t, "the end of the session's goroutines", func() { <-s.gone })
}

// TestProtocolErrors checks that the session ends, and says why in its error and
// nowhere else: not on stderr, and to the logger at Debug.
func TestProtocolErrors(t *testing.T) {
	over := appendFrame(nil, syn(2))
	for range defaultBuffer>>15 + 1 {
		over = appendFrame(over, data(2, 1<<15))
	}
	for _, tt := range []struct {
		name string
		wire []byte
		says string
	}{
		{"something printed", []byte("hello from a plugin that prints\n"), "does it print to the link"},
		{"version 1", appendFrame(nil, frame{version: 1, kind: kindNOP}), "version 1"},
		{"more than the window", over, "unread"},
		{"an update for nothing", appendFrame(appendFrame(nil, syn(2)), update(2, 9, 1)), "an update"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log lockedBuffer
			s, link := rawPeer(t, "socketpair", transport.Config{
				Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			})
			go link.Write(tt.wire)
			within(t, "the end of the session", func() { <-s.Done() })
			if err := s.Err(); !errors.Is(err, errProtocol) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Err = %v, want one that says %q", err, tt.says)
			}
			if _, err := s.Open(t.Context()); !errors.Is(err, net.ErrClosed) || !errors.Is(err, errProtocol) {
				t.Errorf("Open: %v, want an error that matches net.ErrClosed and says why", err)
			}
			s.Close()
			if text := log.String(); !strings.Contains(text, "level=DEBUG") || strings.Count(text, "level=DEBUG") != strings.Count(text, "level=") {
				t.Errorf("logged, which should be at level Debug only:\n%s", text)
			}
		})
	}
}

// FuzzSession feeds any bytes to a session, which must end, or go on.
func FuzzSession(f *testing.F) {
	f.Add(appendFrame(appendFrame(nil, syn(2)), data(2, 3)))
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
