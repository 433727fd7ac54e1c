package unixtransport

import (
	"context"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// patience guards tests against hanging.
const patience = 20 * time.Second

// socketLink returns the two ends of a link.
func socketLink(tb testing.TB) (a, b *net.UnixConn) {
	tb.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		tb.Fatal(err)
	}
	var ends [2]*net.UnixConn
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "link")
		c, err := net.FileConn(f)
		f.Close()
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { c.Close() })
		ends[i] = c.(*net.UnixConn)
	}
	return ends[0], ends[1]
}

// sessionPair returns two sessions at the ends of a link.
func sessionPair(tb testing.TB, cfg transport.Config, opts ...Option) (host, plugin *session) {
	tb.Helper()
	a, b := socketLink(tb)
	cfg.Side = transport.Host
	host = newSession(tb, a, cfg, opts...)
	cfg.Side = transport.Plugin
	plugin = newSession(tb, b, cfg, opts...)
	return host, plugin
}

func newSession(tb testing.TB, link net.Conn, cfg transport.Config, opts ...Option) *session {
	tb.Helper()
	s, err := New(opts...).Session(link, cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s.(*session)
}

// connect opens a stream from one session to the other, one byte of which has
// crossed.
func connect(tb testing.TB, from, to transport.Session) (near, far *stream) {
	tb.Helper()
	near = mustOpen(tb, from)
	mustWrite(tb, near, []byte{'!'})
	far = mustAccept(tb, to)
	mustRead(tb, far, 1)
	far.SetReadDeadline(time.Time{})
	return near, far
}

func mustOpen(tb testing.TB, s transport.Session) *stream {
	tb.Helper()
	st, err := s.Open(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return st.(*stream)
}

func mustAccept(tb testing.TB, s transport.Session) *stream {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	st, err := s.Accept(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	st.SetReadDeadline(time.Now().Add(patience))
	return st.(*stream)
}

func mustWrite(tb testing.TB, st transport.Stream, p []byte) {
	tb.Helper()
	if n, err := st.Write(p); n != len(p) || err != nil {
		tb.Fatalf("wrote %d of %d bytes: %v", n, len(p), err)
	}
}

func mustRead(tb testing.TB, st transport.Stream, n int) []byte {
	tb.Helper()
	p := make([]byte, n)
	if got, err := io.ReadFull(st, p); err != nil {
		tb.Fatalf("read %d of %d bytes: %v", got, n, err)
	}
	return p
}

func mustEnd(tb testing.TB, s transport.Session) error {
	tb.Helper()
	select {
	case <-s.Done():
		return s.Err()
	case <-time.After(patience):
		tb.Fatal("the session does not end")
		return nil
	}
}
