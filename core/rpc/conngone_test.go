package rpc

import (
	"io"
	"net"
	"runtime"
	"testing"
	"time"
)

// What was written before a connection was closed arrives, also when nothing refers to
// the connection any more and the garbage collector has come by.
func TestConnectionsThatAreClosedAndDropped(t *testing.T) {
	for name, end := range map[string]func(net.Conn) error{
		"Close":      net.Conn.Close,
		"CloseWrite": func(c net.Conn) error { return c.(*framedConn).CloseWrite() },
	} {
		t.Run(name, func(t *testing.T) { closedAndDropped(t, end) })
	}
}

func closedAndDropped(t *testing.T, end func(net.Conn) error) {
	ends := make(chan net.Conn, 1)
	p := newPair(t, Config{Features: Features()}, Config{Services: dialer(ends), Features: Features()})
	written := int64(0)
	func() {
		conn := dial(t, p)
		conn.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		for {
			n, err := conn.Write(make([]byte, 10_000)) // until it stands still: nobody reads
			if written += int64(n); err != nil {
				break
			}
		}
		if err := end(conn); err != nil {
			t.Error(err)
		}
	}()
	far := <-ends
	for range 10 {
		runtime.GC()
		time.Sleep(time.Millisecond) // cleanups run in their own time
	}
	if n, err := io.Copy(io.Discard, far); n != written || err != nil {
		t.Errorf("%d bytes arrived, %v; %d were written", n, err, written)
	}
	far.Close()
	within(t, "the end of the connection", func() {
		for p.host.Stats().Flows+p.plugin.Stats().Flows > 0 {
			time.Sleep(time.Millisecond)
		}
	})
}
