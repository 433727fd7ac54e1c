package rpc

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
)

// dialer serves a connection whose other end it sends to ends.
func dialer(ends chan net.Conn) map[string]*Service {
	return newMethodsService(map[string]func(context.Context, *Incoming) error{
		"Dial": func(_ context.Context, in *Incoming) error {
			a, b := net.Pipe()
			in.ReplyConn(a)
			ends <- b
			return in.Reply("")
		},
	})
}

func dial(t *testing.T, p *pair) net.Conn {
	t.Helper()
	c := begin(t, p.dispense(t, "methods"), "Dial")
	if err := c.Do("", new(string)); err != nil {
		t.Fatal(err)
	}
	conn, err := c.Conn(0)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// A connection whose peer is gone does not read as one that was closed.
func TestConnectionsAtTheEndOfTheSession(t *testing.T) {
	crashed := errors.New("crashed")
	ends := make(chan net.Conn, 1)
	host := Config{Explain: func(error, map[string]int) error { return crashed }}
	bubble(t, host, Config{Services: dialer(ends)}, func(t *testing.T, p *pair) {
		conn := dial(t, p)
		far := <-ends
		read := make(chan error)
		go func() {
			_, err := conn.Read(make([]byte, 1))
			read <- err
		}()
		synctest.Wait()
		p.link.Close()
		if err := <-read; !errors.Is(err, crashed) || !errors.Is(err, Unavailable) {
			t.Errorf("a Read that waits: %v", err)
		}
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, crashed) {
			t.Errorf("a later one: %v", err)
		}
		if _, err := conn.Write([]byte("x")); !errors.Is(err, crashed) {
			t.Errorf("a Write: %v", err)
		}
		conn.Close()
		far.Close()
	})
}

// The end of a connection alone is io.EOF, and what is written after it is refused.
func TestConnectionsThatEndByThemselves(t *testing.T) {
	ends := make(chan net.Conn, 1)
	bubble(t, Config{}, Config{Services: dialer(ends)}, func(t *testing.T, p *pair) {
		conn := dial(t, p)
		(<-ends).Close()
		for range 2 {
			if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("a Read: %v", err)
			}
		}
		if _, err := conn.Write([]byte("x")); err == nil {
			t.Error("a Write is not refused")
		}
		conn.Close()
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			t.Error("a Read after Close is not refused")
		}
		synctest.Wait()
		nothingLeft(t, p)
	})
}
