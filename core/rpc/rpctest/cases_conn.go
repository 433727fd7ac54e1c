package rpctest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
)

// testConnection passes a connection whose ends tell their directions apart, and one to
// a peer of the first version of the protocol.
func testConnection(t *testing.T, tr transport.Transport) {
	for _, features := range [][]string{rpc.Features(), nil} {
		p := newPairWith(t, tr, rpc.Limits{}, features...)
		a, b := net.Pipe()
		c := begin(t, p.live, "Dial")
		c.PassConn(a)
		if err := c.Do(nil, nil); err != nil {
			t.Fatal(err)
		}
		b.SetDeadline(time.Now().Add(hangGuard))
		for i := range 100 {
			want := fmt.Sprintf("message %d", i)
			got := make([]byte, len(want))
			if _, err := io.WriteString(b, want); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(b, got); err != nil || string(got) != want {
				t.Fatalf("the echo is %q, %v", got, err)
			}
		}
		b.Close()
		p.empty(t)
	}
}

// halfCloser is what a connection is whose directions end by themselves.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}

// keep passes one end of a connection, and returns what the plugin got and the other end.
func (p *pair) keep(t *testing.T, a, b net.Conn) (got halfCloser, far net.Conn) {
	t.Helper()
	call := begin(t, p.live, "Keep")
	call.PassConn(a)
	if err := call.Do(nil, nil); err != nil {
		t.Fatal(err)
	}
	b.SetDeadline(time.Now().Add(hangGuard))
	return (<-p.subject.kept).(halfCloser), b
}

func testHalfClosed(t *testing.T, tr transport.Transport) {
	p := newPair(t, tr, rpc.Limits{})
	a, b := makeLink(t)
	c, far := p.keep(t, a, b)
	const size = 3 << 20
	wrote := make(chan error, 1)
	go func() {
		_, err := far.Write(make([]byte, size))
		wrote <- errors.Join(err, far.(halfCloser).CloseWrite())
	}()
	if n, err := io.Copy(io.Discard, c); n != size || err != nil {
		t.Errorf("%d bytes arrived before the end, %v", n, err)
	}
	if err := <-wrote; err != nil {
		t.Error(err)
	}
	answer := bytes.Repeat([]byte("answer"), 100_000)
	go func() {
		_, err := c.Write(answer)
		wrote <- errors.Join(err, c.CloseWrite())
	}()
	if got, err := io.ReadAll(far); !bytes.Equal(got, answer) || err != nil {
		t.Errorf("%d bytes of the answer arrived, %v", len(got), err)
	}
	if err := <-wrote; err != nil {
		t.Error(err)
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a Write after CloseWrite: %v", err)
	}
	far.Close()
	c.Close()
	p.empty(t)

	pipe, other := net.Pipe() // has no half-close: what waits for an answer learns that
	c, far = p.keep(t, pipe, other)
	c.CloseWrite()
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, rpc.FailedPrecondition) {
		t.Errorf("the answer of what was closed: %v", err)
	}
	if _, err := far.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the end of what was closed: %v", err)
	}
	c.Close()
	p.empty(t)
}

// testConnectionDeadlines holds that a deadline ends what waits, and nothing else: what
// was written until then arrives, and the connection can be used on.
func testConnectionDeadlines(t *testing.T, tr transport.Transport) {
	p := newPair(t, tr, rpc.Limits{})
	a, b := net.Pipe()
	c, far := p.keep(t, a, b)
	piece := make([]byte, 50_000)
	for round := range 3 {
		if round < 2 {
			c.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
		} else {
			timer := time.AfterFunc(20*time.Millisecond, func() { c.SetWriteDeadline(time.Unix(1, 0)) })
			defer timer.Stop()
		}
		written := 0
		var err error
		for err == nil {
			var n int
			n, err = c.Write(piece)
			written += n
		}
		late(t, "a Write that nobody reads", err)
		c.SetWriteDeadline(time.Time{})
		if _, err := io.CopyN(io.Discard, far, int64(written)); err != nil {
			t.Fatalf("of %d bytes that were written: %v", written, err)
		}
		if _, err := c.Write([]byte("ping")); err != nil {
			t.Fatalf("a Write after the deadline: %v", err)
		}
		got := make([]byte, 4)
		if _, err := io.ReadFull(far, got); err != nil || string(got) != "ping" {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	read := make(chan error, 1)
	for range 20 {
		go func() {
			_, err := c.Read(make([]byte, 4))
			read <- err
		}()
		c.SetReadDeadline(time.Unix(1, 0))
		late(t, "a Read that waits", <-read)
		c.SetReadDeadline(time.Time{})
		go far.Write([]byte("pong"))
		got := make([]byte, 4)
		if _, err := io.ReadFull(c, got); err != nil || string(got) != "pong" {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	go func() {
		_, err := c.Read(make([]byte, 4))
		read <- err
	}()
	c.Close()
	if err := <-read; !errors.Is(err, net.ErrClosed) {
		t.Errorf("a Read of what was closed here: %v", err)
	}
	far.Close()
	p.empty(t)
}

// testTakesNoMore holds that what one end says arrives, although it takes nothing more.
func testTakesNoMore(t *testing.T, tr transport.Transport) {
	p := newPair(t, tr, rpc.Limits{})
	a, b := net.Pipe()
	c, far := p.keep(t, a, b)
	const size = 1_000_000
	done := make(chan struct{})
	go func() {
		defer close(done)
		for err := error(nil); err == nil; {
			_, err = c.Write(make([]byte, 1000))
		}
	}()
	go func() { // reads nothing
		far.Write(make([]byte, size))
		far.Close()
	}()
	if n, err := io.Copy(io.Discard, c); n != size || err != nil {
		t.Errorf("%d bytes of %d arrived, %v", n, size, err)
	}
	c.Close()
	<-done
	p.empty(t)
}

// testClosedUnread holds that Close waits for nobody, and that what was written before
// is delivered all the same.
func testClosedUnread(t *testing.T, tr transport.Transport) {
	p := newPair(t, tr, rpc.Limits{})
	a, b := net.Pipe()
	c, far := p.keep(t, a, b)
	c.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	written, err := c.Write(make([]byte, 64<<20))
	late(t, "a Write that nobody reads", err)
	c.Close()
	if n, err := io.Copy(io.Discard, far); n != int64(written) || err != nil {
		t.Errorf("%d bytes of %d arrived, %v", n, written, err)
	}
	p.empty(t)
	a, b = net.Pipe() // and nobody reads until the end of the session
	c, _ = p.keep(t, a, b)
	c.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	c.Write(make([]byte, 64<<20))
	c.Close()
}

func late(t *testing.T, what string, err error) {
	t.Helper()
	timeout, ok := err.(net.Error)
	if !errors.Is(err, os.ErrDeadlineExceeded) || !ok || !timeout.Timeout() {
		t.Errorf("%s: %v", what, err)
	}
}
