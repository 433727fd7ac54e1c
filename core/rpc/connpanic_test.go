package rpc

import (
	"context"
	"io"
	"net"
	"runtime"
	"testing"
	"testing/synctest"
)

// brokenConn breaks when it is read, or written to.
type brokenConn struct {
	net.Conn
	read, write func()
}

func (c brokenConn) Read(p []byte) (int, error) {
	c.read()
	return c.Conn.Read(p)
}

func (c brokenConn) Write(p []byte) (int, error) {
	c.write()
	return c.Conn.Write(p)
}

// A connection whose methods panic, or end their goroutine, has ended on both sides.
func TestConnectionsThatPanic(t *testing.T) {
	fine, boom := func() {}, func() { panic("boom") }
	for name, c := range map[string]brokenConn{
		"Read": {read: boom, write: fine}, "Write": {read: fine, write: boom}, "Goexit": {read: runtime.Goexit, write: fine},
	} {
		t.Run(name, func(t *testing.T) {
			ends := make(chan net.Conn, 1)
			service := newMethodsService(map[string]func(context.Context, *Incoming) error{
				"Dial": func(_ context.Context, in *Incoming) error {
					a, b := net.Pipe()
					c.Conn = a
					in.ReplyConn(c)
					ends <- b
					return in.Reply("")
				},
			})
			bubble(t, Config{}, Config{Services: service}, func(t *testing.T, p *pair) {
				conn := dial(t, p)
				far := <-ends
				conn.Write([]byte("x"))
				if _, err := io.Copy(io.Discard, conn); err != nil {
					t.Errorf("this end: %v", err)
				}
				if _, err := io.Copy(io.Discard, far); err != nil {
					t.Errorf("the far end: %v", err)
				}
				conn.Close()
				synctest.Wait()
				nothingLeft(t, p)
			})
		})
	}
}
