//go:build unix && !aix && !solaris

package launch_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/internal/proof"
	"github.com/tenon-dev/tenon/core/launch"
)

// secretOf returns the secret that a listener announces.
func secretOf(t *testing.T, l *launch.Listener) []byte {
	t.Helper()
	a, ok, err := launch.ParseAnnounce(bytes.Trim(l.Announce(), "\n"))
	if !ok || err != nil || len(a.Secret) != proof.Size {
		t.Errorf("it announces %+v, %v", a, err)
	}
	return a.Secret
}

// listening makes a listener that waits for its host.
func listening(t *testing.T) (l *launch.Listener, path string, accepted chan net.Conn) {
	t.Helper()
	l, err := launch.NewListener(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	accepted = make(chan net.Conn, 1)
	go func() {
		conn, err := l.Accept(t.Context())
		if err != nil {
			t.Error(err)
		}
		accepted <- conn
	}()
	_, path = l.Addr()
	return l, path, accepted
}

func dialUnix(t *testing.T, path string) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// Processes of the same user that come first and do not know the secret get nothing, and
// keep the host out no more than a moment; after it nobody gets in.
func TestListenerDemandsTheSecret(t *testing.T) {
	leaks(t)
	l, path, accepted := listening(t)
	began := time.Now()
	silent := dialUnix(t, path)
	wrong := dialUnix(t, path)
	if err := proof.AsHost(t.Context(), wrong, proof.Secret(), guard); !errors.Is(err, launch.ErrNotProven) {
		t.Errorf("a wrong secret: %v", err)
	}
	wrong.Close()
	plain := dialUnix(t, path)
	io.WriteString(plain, "TENO\x00\x00\x00\x02{}"+strings.Repeat(" ", 64)) // a hello without a proof
	plain.SetReadDeadline(time.Now().Add(guard))
	if n, err := plain.Read(make([]byte, 1)); n != 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it answers a hello: %d, %v", n, err)
	}
	select {
	case <-accepted:
		t.Fatal("one of them was taken for the host")
	default:
	}
	host := dialUnix(t, path)
	if err := proof.AsHost(t.Context(), host, secretOf(t, l), guard); err != nil {
		t.Fatal(err)
	}
	conn := <-accepted
	defer conn.Close()
	if took := time.Since(began); took >= proof.Timeout {
		t.Errorf("the silent one kept the host out for %v", took)
	}
	go io.WriteString(conn, "ping")
	got := make([]byte, 4)
	if _, err := io.ReadFull(host, got); err != nil || string(got) != "ping" {
		t.Errorf("%q, %v", got, err)
	}
	silent.SetReadDeadline(time.Now().Add(guard))
	if n, err := silent.Read(make([]byte, 1)); n != 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the silent one stays: %d, %v", n, err)
	}
	if second, err := net.Dial("unix", path); err == nil {
		second.Close()
		t.Error("a second connection was accepted")
	}
}

// What a host said to prove itself is worth nothing at the next listener, nor at the same.
func TestListenerRefusesReplay(t *testing.T) {
	leaks(t)
	l, path, accepted := listening(t)
	secret := secretOf(t, l)
	// A relay that writes down what a host says, and gives up before it is let in.
	a, b := net.Pipe()
	said := make(chan []byte, 1)
	go func() {
		defer b.Close()
		begin, end := make([]byte, 5+32), make([]byte, 32)
		io.ReadFull(b, begin)
		plugin := dialUnix(t, path)
		plugin.Write(begin)
		answer := make([]byte, 64)
		io.ReadFull(plugin, answer)
		plugin.Close()
		b.Write(answer)
		io.ReadFull(b, end)
		said <- append(begin, end...)
	}()
	if err := proof.AsHost(t.Context(), a, secret, guard); err != nil {
		t.Error(err)
	}
	a.Close()
	again := dialUnix(t, path)
	again.Write(<-said)
	again.SetReadDeadline(time.Now().Add(guard))
	if rest, err := io.ReadAll(again); len(rest) != 64 || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("what was said before is answered with %d bytes, %v", len(rest), err)
	}
	select {
	case <-accepted:
		t.Error("it was taken for the host")
	default:
	}
	host := dialUnix(t, path)
	if err := proof.AsHost(t.Context(), host, secret, guard); err != nil {
		t.Error(err)
	}
	(<-accepted).Close()
}

// Close while some are about to prove themselves ends Accept, and them.
func TestListenerClosesWhileProving(t *testing.T) {
	leaks(t)
	l, err := launch.NewListener(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	_, path := l.Addr()
	for range 3 {
		dialUnix(t, path)
	}
	time.AfterFunc(20*time.Millisecond, func() { l.Close() })
	if conn, err := l.Accept(context.Background()); conn != nil || !errors.Is(err, net.ErrClosed) {
		t.Error(conn, err)
	}
	other, err := launch.NewListener(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if bytes.Equal(secretOf(t, l), secretOf(t, other)) {
		t.Error("two listeners have one secret")
	}
}
