package rpc

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// A write deadline concerns writes alone: one that passes while nothing is written
// leaves the connection as it is, and another one makes it writable again.
func TestWriteDeadlineThatPassesWhileIdle(t *testing.T) {
	ends := make(chan net.Conn, 1)
	bubble(t, Config{}, Config{Services: dialer(ends)}, func(t *testing.T, p *pair) {
		conn := dial(t, p)
		far := <-ends
		echo := make([]byte, 4)
		exchange := func(when string) {
			t.Helper()
			if _, err := conn.Write([]byte("ping")); err != nil {
				t.Fatalf("a Write %s: %v", when, err)
			}
			if _, err := io.ReadFull(far, echo); err != nil {
				t.Fatalf("the far end %s: %v", when, err)
			}
			if _, err := far.Write([]byte("pong")); err != nil {
				t.Fatalf("a Write of the far end %s: %v", when, err)
			}
			if _, err := io.ReadFull(conn, echo); err != nil {
				t.Fatalf("a Read %s: %v", when, err)
			}
		}
		for range 3 { // as a server does for each request of a connection that is kept alive
			conn.SetWriteDeadline(time.Now().Add(time.Second))
			exchange("in time")
			time.Sleep(time.Minute)
		}
		if n, err := conn.Write([]byte("x")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a Write after the deadline: %d, %v", n, err)
		}
		var timeout net.Error
		if _, err := conn.Write([]byte("x")); !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("a Write after the deadline: %v", err)
		}
		conn.SetDeadline(time.Unix(1, 0))
		if _, err := conn.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a Write with a deadline in the past: %v", err)
		}
		if _, err := conn.Read(echo); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a Read with a deadline in the past: %v", err)
		}
		conn.SetDeadline(time.Time{})
		exchange("without a deadline")
		conn.Close()
		far.Close()
		synctest.Wait()
		nothingLeft(t, p)
	})
}

// A write that its deadline finds under way ends the connection.
func TestWriteThatComesTooLate(t *testing.T) {
	ends := make(chan net.Conn, 1)
	for name, past := range map[string]bool{"in the future": false, "in the past": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Config{}, Config{Services: dialer(ends)}, func(t *testing.T, p *pair) {
				conn := dial(t, p)
				far := <-ends
				if !past {
					conn.SetWriteDeadline(time.Now().Add(time.Second))
				}
				wrote := make(chan error)
				go func() {
					_, err := conn.Write(make([]byte, 16<<20))
					wrote <- err
				}()
				synctest.Wait()
				if past {
					conn.SetWriteDeadline(time.Unix(1, 0))
				}
				if err := <-wrote; !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("a Write: %v", err)
				}
				conn.SetWriteDeadline(time.Time{})
				if _, err := conn.Write([]byte("x")); err == nil {
					t.Error("half a write is followed by another one")
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

// What is written and read by several goroutines is not torn, as over a socket.
func TestConnectionsThatAreShared(t *testing.T) {
	ends := make(chan net.Conn, 1)
	bubble(t, Config{}, Config{Services: dialer(ends)}, func(t *testing.T, p *pair) {
		conn := dial(t, p)
		far := <-ends
		const writers, times, size = 4, 20, 100_000
		for i := range writers {
			go func() {
				for range times {
					conn.Write(bytes.Repeat([]byte{byte(i)}, size))
				}
			}()
		}
		piece := make([]byte, size)
		for range writers * times {
			if _, err := io.ReadFull(far, piece); err != nil || bytes.Count(piece, piece[:1]) != size {
				t.Fatalf("a Write arrived in pieces, %v", err)
			}
		}
		read := make(chan int)
		for range writers {
			go func() {
				n := 0
				for {
					k, err := conn.Read(make([]byte, 1000))
					if n += k; err != nil {
						read <- n
						return
					}
				}
			}()
		}
		far.Write(make([]byte, size))
		far.Close()
		total := 0
		for range writers {
			total += <-read
		}
		if total != size {
			t.Errorf("%d bytes were read, of %d", total, size)
		}
		conn.Close()
		synctest.Wait()
		nothingLeft(t, p)
	})
}
