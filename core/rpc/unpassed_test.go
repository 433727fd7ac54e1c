package rpc

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
)

// countedClose counts how often it is closed.
type countedClose struct{ closed *atomic.Int32 }

func (c countedClose) Close() error { c.closed.Add(1); return nil }

type countedConn struct {
	net.Conn
	countedClose
}

func (c countedConn) Close() error { c.Conn.Close(); return c.countedClose.Close() }

// What a handler gives as a live result is closed also where it cannot be passed:
// nobody else has it any more.
func TestLiveResultsThatCannotBePassed(t *testing.T) {
	var closed atomic.Int32
	counted := countedClose{&closed}
	connection := func() net.Conn {
		a, b := net.Pipe()
		b.Close()
		return countedConn{a, counted}
	}
	object := func(in *Incoming) { in.ReplyObject(newPasser(nil), counted) }
	bad := Invalid(errors.New("bad"))
	for name, reply := range map[string]func(*Incoming){
		"a connection":                   func(in *Incoming) { in.ReplyConn(connection()) },
		"an object":                      object,
		"an object of a bad service":     func(in *Incoming) { in.ReplyObject(bad, counted) },
		"an object behind another value": func(in *Incoming) { in.ReplyReader(strings.NewReader("")); object(in) },
		"a reader": func(in *Incoming) {
			in.ReplyReader(struct {
				io.Reader
				io.Closer
			}{strings.NewReader(""), counted})
		},
	} {
		t.Run(name, func(t *testing.T) {
			closed.Store(0)
			p := newPair(t, Config{}, Config{
				Limits: Limits{Objects: 1}, Remote: Limits{Streams: 1},
				Services: newMethodsService(map[string]func(context.Context, *Incoming) error{
					"Hold": func(_ context.Context, in *Incoming) error { in.ReplyReader(zeros{}); return in.Reply("") },
					"Give": func(_ context.Context, in *Incoming) error { reply(in); return in.Reply("") },
				}),
			})
			o := p.dispense(t, "methods")
			hold := begin(t, o, "Hold")
			if err := hold.Do("", new(string)); err != nil {
				t.Fatal(err)
			}
			r, err := hold.Reader(0)
			if err != nil {
				t.Fatal(err)
			}
			c := begin(t, o, "Give")
			if err := c.Do("", new(string)); err == nil {
				t.Error("it is passed beyond the limit")
			}
			eventually(t, "it is closed", func() bool { return closed.Load() == 1 })
			r.Close()
			nothingLeft(t, p)
		})
	}
}
