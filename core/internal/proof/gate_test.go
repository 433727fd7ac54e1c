//go:build unix

package proof

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/internal/leak"
)

func anybody(net.Conn) error { return nil }

// places is how many may try at a time.
const places = 16

// gate opens a gate before a new socket.
func gate(t *testing.T, secret []byte, admit func(net.Conn) error) (*Gate, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	g := NewGate(l, secret, admit)
	t.Cleanup(func() { g.Close() })
	return g, path
}

func dial(t *testing.T, path string) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// turnedAway reads the end of a connection that was refused, and nothing else. A host's
// own part of the proof must have been written before.
func turnedAway(t *testing.T, conn net.Conn) {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	var late net.Error
	if n, err := conn.Read(make([]byte, 1)); n != 0 || errors.As(err, &late) && late.Timeout() {
		t.Errorf("it was not turned away: %d bytes, %v", n, err)
	}
}

// meets fails t unless a host with the secret gets through.
func meets(t *testing.T, g *Gate, path string, secret []byte) {
	t.Helper()
	host := dial(t, path)
	proven := make(chan error, 1)
	go func() { proven <- AsHost(t.Context(), host, secret, time.Minute) }()
	conn, err := g.Accept(t.Context())
	if err := errors.Join(err, <-proven); err != nil {
		t.Fatal(err)
	}
	go io.WriteString(host, "x")
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Error(err)
	}
	conn.Close()
	host.Close()
}

// Those who are no hosts get nothing and keep nobody out: the silent, all but one of the
// places taken by them, and those with a wrong secret.
func TestGate(t *testing.T) {
	leak.Check(t)
	secret := Secret()
	g, path := gate(t, secret, anybody)
	var silent []net.Conn
	began := time.Now()
	for range places - 1 {
		silent = append(silent, dial(t, path))
	}
	for range 3 {
		wrong := dial(t, path)
		if err := AsHost(t.Context(), wrong, Secret(), Timeout); !errors.Is(err, ErrNotProven) {
			t.Errorf("got %v", err)
		}
		wrong.Close()
		rude := dial(t, path)
		io.WriteString(rude, "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n")
		turnedAway(t, rude)
	}
	for range 3 {
		meets(t, g, path, secret)
	}
	if took := time.Since(began); took >= Timeout {
		t.Errorf("the silent kept others out for %v", took)
	}
	if err := g.Close(); err != nil {
		t.Error(err)
	}
	for _, conn := range silent {
		turnedAway(t, conn)
	}
	if _, err := g.Accept(t.Context()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: %v", err)
	}
	if _, err := net.Dial("unix", path); err == nil {
		t.Error("the socket is open")
	}
}

// All places taken by the silent, a host waits until their time is over, and no longer.
func TestGateIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a timeout")
	}
	leak.Check(t)
	secret := Secret()
	g, path := gate(t, secret, anybody)
	for range places {
		dial(t, path)
	}
	began := time.Now()
	meets(t, g, path, secret)
	if took := time.Since(began); took < Timeout/2 || took > 2*Timeout {
		t.Errorf("%d were about to prove themselves after %v", places+1, took)
	}
}

// Whoever is not admitted may know what it likes.
func TestGateAdmits(t *testing.T) {
	leak.Check(t)
	secret := Secret()
	g, path := gate(t, secret, func(net.Conn) error { return errors.New("not you") })
	if err := AsHost(t.Context(), dial(t, path), secret, time.Minute); err == nil {
		t.Error("it was admitted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := g.Accept(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// One that was proven and that nobody asks for is closed with the gate.
func TestGateClosesWhatWaits(t *testing.T) {
	leak.Check(t)
	secret := Secret()
	g, path := gate(t, secret, anybody)
	host := dial(t, path)
	if err := AsHost(t.Context(), host, secret, Timeout); err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond) // until the gate has seen it, most likely
	g.Close()
	turnedAway(t, host)
}

// failing is a socket that has an error to tell.
type failing struct {
	net.Listener
	err  error
	asks int
}

func (f *failing) Accept() (net.Conn, error) { f.asks++; return nil, f.err }
func (f *failing) Close() error              { return nil }

// An error of the socket reaches who waits, once for each time that it was asked.
func TestGateTellsErrors(t *testing.T) {
	leak.Check(t)
	f := &failing{err: errors.New("no descriptor is free")}
	g := NewGate(f, Secret(), anybody)
	for range 3 {
		if _, err := g.Accept(t.Context()); err != f.err {
			t.Errorf("got %v", err)
		}
	}
	g.Close()
	if f.asks > 4 {
		t.Errorf("it was asked %d times", f.asks)
	}
}
