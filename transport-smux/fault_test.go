package smuxtransport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
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
			out.mu.Lock()
			if out.sent != last || !out.busy {
				still, last = 0, out.sent
			}
			out.mu.Unlock()
		}
	})
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

// TestWriteKeepsNothing changes the buffer of a Write as soon as that has
// returned, while the session ends. The race detector sees anybody who still
// reads it.
func TestWriteKeepsNothing(t *testing.T) {
	for range 40 {
		host, plugin := sessionPair(t, linkNamed(t, "socketpair"), transport.Config{})
		var writers sync.WaitGroup
		for range 6 {
			near, far, err := connect(t.Context(), host, plugin)
			if err != nil {
				t.Fatal(err)
			}
			go io.Copy(io.Discard, struct{ io.Reader }{far})
			writers.Go(func() {
				buf := make([]byte, 60<<10)
				for {
					_, err := near.Write(buf)
					clear(buf)
					if err != nil {
						return
					}
				}
			})
		}
		time.Sleep(3 * time.Millisecond)
		within(t, "Close", func() { host.Close() })
		within(t, "the writers", writers.Wait)
	}
}

// TestDeadlinesLoseNoUpdate interrupts a reader over and over. The library may
// throw away the window update that goes with a read, and must not stop the peer
// with that.
func TestDeadlinesLoseNoUpdate(t *testing.T) {
	host, plugin := sessionPair(t, linkNamed(t, "socketpair"), transport.Config{}, StreamBuffer(64<<10))
	near, far, err := connect(t.Context(), host, plugin)
	if err != nil {
		t.Fatal(err)
	}
	const total = 8 << 20
	within(t, "the transfer", func() {
		var wg sync.WaitGroup
		defer wg.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		wg.Go(func() {
			if _, err := near.Write(make([]byte, total)); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			for ctx.Err() == nil {
				far.SetReadDeadline(time.Now().Add(20 * time.Microsecond))
			}
		})
		buf := make([]byte, 16<<10)
		for got := 0; got < total; {
			n, err := far.Read(buf)
			got += n
			if n == 0 && err != nil && !strings.Contains(err.Error(), "timeout") {
				t.Error(err)
				return
			}
		}
	})
}

// TestUpdateIsHealed checks what the test before can only provoke: an update past
// the library makes room at the peer.
func TestUpdateIsHealed(t *testing.T) {
	s, link := rawPeer(t, "socketpair", transport.Config{})
	link.Write(appendFrame(nil, syn(2)))
	if _, err := s.Accept(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := appendUpdate(nil, update(2, 7, defaultBuffer))
	if err := s.conn.update(frame{id: 2, consumed: 7, window: defaultBuffer}); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(want))
	within(t, "reading the update", func() { io.ReadFull(link, got) })
	if !bytes.Equal(got, want) {
		t.Errorf("the peer got % x, want % x", got, want)
	}
	if e := s.led.entry(2); e.read != 7 {
		t.Errorf("the ledger counts %d bytes as read, want 7", e.read)
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

// TestShare checks that all streams that can be full at a time fit into what the
// library may hold, and that a number which does not is refused.
func TestShare(t *testing.T) {
	for _, tt := range []struct {
		streams, buffer, each int
		ok                    bool
	}{
		{transport.DefaultMaxStreams, defaultBuffer, defaultBuffer, true},
		{1, maxBuffer, math.MaxInt32 / 257, true},
		{10_000, defaultBuffer, math.MaxInt32 / 30_000, true},
		{43_000, defaultBuffer, math.MaxInt32 / 129_000, true},
		{44_000, defaultBuffer, 0, false},
	} {
		each, total, err := share(tt.streams, tt.buffer)
		if (err == nil) != tt.ok || each != tt.each {
			t.Errorf("share(%d, %d) = %d, %v, want %d, and no error: %v", tt.streams, tt.buffer, each, err, tt.each, tt.ok)
		}
		if tt.ok && (total < 3*tt.streams*each || total > math.MaxInt32) {
			t.Errorf("share(%d, %d): %d streams of %d bytes do not fit into %d", tt.streams, tt.buffer, 3*tt.streams, each, total)
		}
	}
}

func TestTooManyStreamsForOneSession(t *testing.T) {
	a, b := net.Pipe()
	defer b.Close()
	s, err := New().Session(a, transport.Config{MaxStreams: 1 << 20})
	if err == nil || s != nil {
		t.Fatalf("Session = %v, %v, want an error and nothing else", s, err)
	}
	if _, err := a.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the link was not closed: Read says %v", err)
	}
}

func TestStreamBufferBounds(t *testing.T) {
	for _, tt := range []struct{ ask, want int }{{0, minBuffer}, {-1, minBuffer}, {1 << 20, 1 << 20}, {1 << 40, maxBuffer}} {
		if got := New(StreamBuffer(tt.ask)).(driver).buffer; got != tt.want {
			t.Errorf("StreamBuffer(%d) is %d, want %d", tt.ask, got, tt.want)
		}
	}
	if got := New().(driver).buffer; got != defaultBuffer {
		t.Errorf("by default it is %d, want %d", got, defaultBuffer)
	}
}

func TestSupports(t *testing.T) {
	for network, want := range map[string]bool{"unix": true, "tcp": true, "tcp4": true, "pipe": true, "udp": false, "udp6": false, "unixgram": false, "unixpacket": false, "ip4:icmp": false} {
		if got := New().Supports(addressed{network: network}); got != want {
			t.Errorf("Supports(%s) = %v, want %v", network, got, want)
		}
	}
	if New().Supports(nil) {
		t.Error("Supports(nil) = true")
	}
}

type addressed struct {
	net.Conn
	network string
}

func (a addressed) LocalAddr() net.Addr { return a }
func (a addressed) Network() string     { return a.network }
func (a addressed) String() string      { return "" }

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
