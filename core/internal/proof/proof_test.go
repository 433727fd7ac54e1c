package proof

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/internal/leak"
)

// A tap keeps what its side writes.
type tap struct {
	net.Conn
	said bytes.Buffer
}

func (t *tap) Write(b []byte) (int, error) {
	t.said.Write(b)
	return t.Conn.Write(b)
}

// exchange lets a host and a plugin with these secrets meet, and returns what each
// side thinks of the other, and what the host said.
func exchange(t *testing.T, hosts, plugins []byte) (said []byte, host, plugin error) {
	t.Helper()
	a, b := net.Pipe()
	heard := &tap{Conn: a}
	done := make(chan error, 1)
	go func() {
		defer b.Close()
		done <- AsPlugin(t.Context(), b, plugins, Timeout)
	}()
	host = AsHost(t.Context(), heard, hosts, Timeout)
	a.Close()
	plugin = <-done
	return heard.said.Bytes(), host, plugin
}

func TestProof(t *testing.T) {
	leak.Check(t)
	one, other := Secret(), Secret()
	if len(one) != Size || bytes.Equal(one, other) {
		t.Fatalf("secrets %x and %x", one, other)
	}
	if said, host, plugin := exchange(t, one, one); host != nil || plugin != nil || bytes.Contains(said, one) {
		t.Errorf("the same secret: %v, %v", host, plugin)
	}
	said, host, plugin := exchange(t, one, other)
	if !errors.Is(host, ErrNotProven) || plugin == nil {
		t.Errorf("two secrets: %v, %v", host, plugin)
	}
	if len(said) != len(magic)+nonceSize {
		t.Errorf("a host that was told nonsense went on, and said %x", said)
	}
}

// What a host has said proves nothing a second time.
func TestReplay(t *testing.T) {
	leak.Check(t)
	secret := Secret()
	said, _, _ := exchange(t, secret, secret)
	a, b := net.Pipe()
	go func() {
		defer a.Close()
		a.Write(said[:len(magic)+nonceSize])
		io.ReadFull(a, make([]byte, nonceSize+macSize))
		a.Write(said[len(magic)+nonceSize:])
		io.Copy(io.Discard, a)
	}()
	if err := AsPlugin(t.Context(), b, secret, Timeout); !errors.Is(err, ErrNotProven) {
		t.Errorf("got %v", err)
	}
	b.Close()
}

// What one side proves itself with is of no use to the other, so that nothing can be sent
// back to who said it.
func TestReflection(t *testing.T) {
	leak.Check(t)
	secret := Secret()
	nh, np := random(nonceSize), random(nonceSize)
	if bytes.Equal(mac(secret, hostWord, nh, np), mac(secret, pluginWord, nh, np)) {
		t.Error("the two sides prove themselves with the same bytes")
	}
}

func TestProofIsBounded(t *testing.T) {
	leak.Check(t)
	for name, prove := range map[string]func(context.Context, net.Conn, []byte, time.Duration) error{"host": AsHost, "plugin": AsPlugin} {
		a, b := net.Pipe()
		go io.Copy(io.Discard, b)
		err := prove(t.Context(), a, Secret(), 10*time.Millisecond)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "within 10ms") {
			t.Errorf("%s, one who says nothing: %v", name, err)
		}
		a.Close()
		b.Close()
		a, b = net.Pipe()
		go io.Copy(io.Discard, b)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, cancel)
		if err := prove(ctx, a, Secret(), 0); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, canceled: %v", name, err)
		}
		a.Close()
		b.Close()
	}
}

func TestText(t *testing.T) {
	secret := Secret()
	text := Text(secret)
	for _, form := range []string{text, strings.ToUpper(text)} {
		if back, err := Parse(form); err != nil || !bytes.Equal(back, secret) {
			t.Errorf("%q: %x, %v", form, back, err)
		}
	}
	for _, bad := range []string{"", text[1:], text[2:], text + "00", "x" + text[1:], text + "\n"} {
		back, err := Parse(bad)
		if back != nil || err == nil || len(bad) > 0 && strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %x, %v", bad, back, err)
		}
	}
}

// undated is a connection whose deadlines do nothing.
type undated struct{ net.Conn }

func (undated) SetDeadline(time.Time) error { return nil }

func TestNoDeadlines(t *testing.T) {
	leak.Check(t)
	a, b := net.Pipe()
	defer b.Close()
	ended := make(chan error, 1)
	go func() { ended <- AsHost(t.Context(), undated{a}, []byte("secret"), time.Millisecond) }()
	select {
	case err := <-ended:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	case <-time.After(20 * time.Second):
		a.Close()
		t.Error("it waits for a side that does not read")
	}
}
