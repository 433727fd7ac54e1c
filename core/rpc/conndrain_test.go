package rpc

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// scripted is a connection of the application whose Read and Write a test gives.
type scripted struct {
	net.Conn
	read, write func([]byte) (int, error)
	once        sync.Once
	closed      chan struct{}
}

func (s *scripted) Read(p []byte) (int, error)  { return s.read(p) }
func (s *scripted) Write(p []byte) (int, error) { return s.write(p) }
func (s *scripted) Close() error                { s.once.Do(func() { close(s.closed) }); return nil }

// dialScripted calls f with a connection whose other end f gives its Read and Write: one
// of raw bytes, and one whose bytes are framed.
func dialScripted(t *testing.T, f func(t *testing.T, p *pair, s *scripted, dial func() net.Conn)) {
	for name, features := range map[string][]string{"raw": nil, "framed": Features()} {
		t.Run(name, func(t *testing.T) {
			var s *scripted
			service := newMethodsService(map[string]func(context.Context, *Incoming) error{
				"Dial": func(_ context.Context, in *Incoming) error {
					in.ReplyConn(s)
					return in.Reply("")
				},
			})
			bubble(t, Config{Features: features}, Config{Services: service, Features: features}, func(t *testing.T, p *pair) {
				s = &scripted{closed: make(chan struct{})}
				f(t, p, s, func() net.Conn { return dial(t, p) })
			})
		})
	}
}

// A server that answers and closes while its client still sends: the answer arrives.
func TestConnectionsWhoseWriterIsRefused(t *testing.T) {
	dialScripted(t, func(t *testing.T, p *pair, s *scripted, dial func() net.Conn) {
		const size = 1_000_000
		left := size
		refused := make(chan struct{})
		var once sync.Once
		s.write = func([]byte) (int, error) {
			once.Do(func() { close(refused) })
			return 0, errors.New("broken pipe")
		}
		s.read = func(p []byte) (int, error) {
			<-refused
			n := min(left, len(p))
			if left -= n; n == 0 {
				return 0, io.EOF
			}
			return n, nil
		}
		conn := dial()
		go func() {
			for err := error(nil); err == nil; { // until the connection is closed
				_, err = conn.Write(make([]byte, 1000))
			}
		}()
		if n, err := io.Copy(io.Discard, conn); n != size || err != nil {
			t.Errorf("%d bytes arrived, %v", n, err)
		}
		conn.Close()
		<-s.closed
		synctest.Wait()
		nothingLeft(t, p)
	})
}

// What was written before Close arrives, also where the other end still sends.
func TestConnectionsThatAreClosedWhileSentTo(t *testing.T) {
	dialScripted(t, func(t *testing.T, p *pair, s *scripted, dial func() net.Conn) {
		const size = 100_000
		var took int
		take := make(chan struct{})
		s.write = func(p []byte) (int, error) {
			<-take
			select {
			case <-s.closed:
				return 0, net.ErrClosed
			default:
			}
			took += len(p)
			return len(p), nil
		}
		s.read = func(p []byte) (int, error) {
			select {
			case <-s.closed:
				return 0, net.ErrClosed
			default:
				time.Sleep(time.Millisecond)
				return 100, nil
			}
		}
		conn := dial()
		if _, err := conn.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		time.Sleep(time.Minute)
		close(take)
		<-s.closed
		synctest.Wait()
		if took != size {
			t.Errorf("%d bytes of %d were taken", took, size)
		}
		nothingLeft(t, p)
	})
}

// Who only talks, and takes nothing of what was sent, is not listened to for ever.
func TestConnectionsThatOnlyTalk(t *testing.T) {
	dialScripted(t, func(t *testing.T, p *pair, s *scripted, dial func() net.Conn) {
		s.write = func([]byte) (int, error) { <-s.closed; return 0, net.ErrClosed }
		s.read = func(p []byte) (int, error) {
			select {
			case <-s.closed:
				return 0, net.ErrClosed
			default:
				return len(p), nil
			}
		}
		conn := dial()
		if _, err := conn.Write(make([]byte, 100_000)); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		<-s.closed
		synctest.Wait()
		nothingLeft(t, p)
	})
}

// A connection whose other end stands still ends with the session.
func TestConnectionsThatStandStillAtTheEnd(t *testing.T) {
	dialScripted(t, func(t *testing.T, p *pair, s *scripted, dial func() net.Conn) {
		stand := func([]byte) (int, error) { <-s.closed; return 0, net.ErrClosed }
		s.read, s.write = stand, stand
		conn := dial()
		if _, err := conn.Write(make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		p.link.Close()
		<-s.closed
		conn.Close()
	})
}

// An echo that nobody reads, and that stands still in Write, ends when its client closes.
func TestConnectionsWhoseEchoIsNotRead(t *testing.T) {
	for name, features := range map[string][]string{"raw": nil, "framed": Features()} {
		for kind, duplex := range map[string]bool{"connection": false, "reader and writer": true} {
			t.Run(name+" "+kind, func(t *testing.T) {
				var echoed chan struct{}
				service := newMethodsService(map[string]func(context.Context, *Incoming) error{
					"Dial": func(_ context.Context, in *Incoming) error {
						a, b := net.Pipe()
						go func() {
							defer close(echoed)
							io.Copy(b, b)
							b.Close()
						}()
						if duplex {
							in.ReplyDuplex(a)
						} else {
							in.ReplyConn(a)
						}
						return in.Reply("")
					},
				})
				bubble(t, Config{Features: features}, Config{Services: service, Features: features}, func(t *testing.T, p *pair) {
					echoed = make(chan struct{})
					c := begin(t, p.dispense(t, "methods"), "Dial")
					if err := c.Do("", new(string)); err != nil {
						t.Fatal(err)
					}
					var conn io.ReadWriteCloser
					var err error
					if duplex {
						conn, err = c.Duplex(0)
					} else {
						conn, err = c.Conn(0)
					}
					if err != nil {
						t.Fatal(err)
					}
					wrote := make(chan struct{})
					go func() {
						defer close(wrote)
						conn.Write(make([]byte, 1_500_000))
					}()
					time.Sleep(time.Second)
					conn.Close()
					<-wrote
					<-echoed
					synctest.Wait()
					nothingLeft(t, p)
				})
			})
		}
	}
}
