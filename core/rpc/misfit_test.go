package rpc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"net"
	"strings"
	"testing"
)

// What a callee refuses since it is of another kind than the method has is given up: the
// caller hears at once why, also where what it passed is waited for, and nothing stays.
func TestKindsThatAreRefused(t *testing.T) {
	takeConn := func(_ context.Context, in *Incoming) error { _, err := in.Conn(0); return err }
	takeCallback := func(_ context.Context, in *Incoming) error { _, _, err := in.Callback(0); return err }
	takeReader := func(_ context.Context, in *Incoming) error { _, err := in.Reader(0); return err }
	p := newPair(t, Config{}, Config{Services: newMethodsService(map[string]func(context.Context, *Incoming) error{
		"Conn": takeConn, "Callback": takeCallback, "Reader": takeReader,
	})})
	o := p.dispense(t, "methods")
	pass := map[string]func(*Call){
		"a writer":            func(c *Call) { c.PassWriter(new(bytes.Buffer)) },
		"a reader":            func(c *Call) { c.PassReader(zeros{}) },
		"a reader and writer": func(c *Call) { c.PassDuplex(new(bytes.Buffer)) },
		"a sequence":          func(c *Call) { PassSeq(c, func(func(int, error) bool) {}) },
		"an object":           func(c *Call) { c.PassObject(newStoreService(nil), &store{}, true) },
	}
	for _, want := range []string{"Conn", "Callback", "Reader"} {
		for what, pass := range pass {
			if want == "Reader" && what != "an object" || want == "Callback" && what == "an object" {
				continue // references do not tell these from each other
			}
			c := begin(t, o, want)
			pass(c)
			err := c.Do("", new(string))
			if !errors.Is(err, InvalidArgument) || !strings.Contains(err.Error(), "different versions") {
				t.Errorf("%s as %s: %v", what, want, err)
			}
			nothingLeft(t, p)
		}
	}
	for name, stream := range map[string]iter.Seq2[int, error]{
		"Conn":     ServerStream[string, int]{Name: "Conn"}.Call(t.Context(), o, ""),
		"Callback": ServerStream[string, int]{Name: "Callback"}.Call(t.Context(), o, ""),
	} {
		for _, err := range stream {
			if !errors.Is(err, InvalidArgument) && !errors.Is(err, Unavailable) {
				t.Errorf("a stream as %s: %v", name, err)
			}
		}
	}
	nothingLeft(t, p)
	eventually(t, "the objects are released", func() bool { return p.host.Stats().Objects == 0 })
}

// liveMethods has a method for each kind of live value, which uses what it is passed, or
// gives one.
func liveMethods() *Service {
	type impl struct{}
	live := func(name, word string, serve func(*Incoming) error) Handler[impl] {
		return HandleLive(MethodDefinition{Name: name, Live: []string{word}}, func(_ impl, _ context.Context, in *Incoming) error { return serve(in) })
	}
	gives := func(name, word string, reply func(*Incoming)) Handler[impl] {
		return HandleLive(MethodDefinition{Name: name, LiveResults: []string{word}}, func(_ impl, _ context.Context, in *Incoming) error {
			reply(in)
			return in.Reply(nil)
		})
	}
	return NewService(func(context.Context, struct{}) (impl, error) { return impl{}, nil },
		live("Reader", "reader", func(in *Incoming) error {
			r, err := in.Reader(0)
			if err == nil {
				_, err = io.Copy(io.Discard, r)
			}
			return err
		}),
		live("Writer", "writer", func(in *Incoming) error {
			w, err := in.Writer(0)
			if err == nil {
				_, err = io.CopyN(w, zeros{}, 4<<20)
			}
			return err
		}),
		live("Duplex", "reader and writer", func(in *Incoming) error {
			rw, err := in.Duplex(0)
			if err == nil {
				_, err = io.Copy(io.Discard, rw)
			}
			return err
		}),
		live("Conn", "connection", func(in *Incoming) error {
			c, err := in.Conn(0)
			if err == nil {
				err = c.Close()
			}
			return err
		}),
		live("Object", "object", func(in *Incoming) error { _, _, err := in.Object(0); return err }),
		HandleClientStream(ClientStream[int, int]{Name: "Up"}, func(_ impl, _ context.Context, seq iter.Seq2[int, error]) (n int, err error) {
			for _, err := range seq {
				if err != nil {
					return 0, err
				}
			}
			return 0, nil
		}),
		HandleServerStream(ServerStream[struct{}, int]{Name: "Down"}, func(impl, context.Context, struct{}) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) { yield(1, nil) }
		}),
		HandleBidiStream(BidiStream[int, int]{Name: "Both"}, func(_ impl, _ context.Context, s *Stream[int, int]) error {
			_, err := s.Recv()
			return err
		}),
		Handle(Method[struct{}, int]{Name: "Unary"}, func(impl, context.Context, struct{}) (int, error) { return 42, nil }),
		gives("GiveReader", "reader", func(in *Incoming) { in.ReplyReader(strings.NewReader("read")) }),
		gives("GiveWriter", "writer", func(in *Incoming) { in.ReplyWriter(new(bytes.Buffer)) }),
	)
}

// A flow's reference does not say who writes on it. Where the two sides do not agree on
// that, each would wait for the other one, or what one writes would be lost, without a
// word: so the callee says it when it is dispensed, and the call is not made.
func TestDirectionsThatDiffer(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"live": liveMethods()}})
	o := p.dispense(t, "live")
	up := func(yield func(int, error) bool) { yield(1, nil) }
	pass := map[string]func(method string) error{
		"Reader": func(m string) error {
			c := begin(t, o, m)
			c.PassReader(strings.NewReader("some"))
			return c.Do(nil, nil)
		},
		"Writer": func(m string) error {
			c := begin(t, o, m)
			c.PassWriter(new(bytes.Buffer))
			return c.Do(nil, nil)
		},
		"Duplex": func(m string) error {
			c := begin(t, o, m)
			c.PassDuplex(new(bytes.Buffer))
			return c.Do(nil, nil)
		},
		"Conn": func(m string) error {
			a, b := net.Pipe()
			defer a.Close()
			defer b.Close()
			c := begin(t, o, m)
			c.PassConn(a)
			return c.Do(nil, nil)
		},
		"Object": func(m string) error {
			c := begin(t, o, m)
			c.PassObject(newStoreService(nil), &store{}, false)
			return c.Do(nil, nil)
		},
		"Up": func(m string) error {
			_, err := ClientStream[int, int]{Name: m}.Call(t.Context(), o, up)
			return err
		},
		"Seq": func(m string) error {
			c := begin(t, o, m)
			PassSeq(c, up)
			return c.Do(nil, nil)
		},
		"Down": func(m string) (err error) {
			for _, err = range (ServerStream[struct{}, int]{Name: m}).Call(t.Context(), o, struct{}{}) {
			}
			return err
		},
		"Both": func(m string) error {
			s, err := BidiStream[int, int]{Name: m}.Open(t.Context(), o)
			if err != nil {
				return err
			}
			defer s.Cancel()
			s.Send(1)
			s.CloseSend()
			if _, err := s.Recv(); err != io.EOF {
				return err
			}
			return nil
		},
	}
	fits := map[[2]string]bool{{"Duplex", "Reader"}: true, {"Duplex", "Writer"}: true, {"Both", "Down"}: true, {"Seq", "Up"}: true}
	for _, method := range []string{"Reader", "Writer", "Duplex", "Conn", "Object", "Up", "Down", "Both"} {
		for what, pass := range pass {
			switch err := pass(method); {
			case what == method || fits[[2]string{what, method}]:
				if err != nil {
					t.Errorf("%s to %s: %v", what, method, err)
				}
			case !errors.Is(err, InvalidArgument) || !strings.Contains(err.Error(), "live."+method+" takes a") || !strings.Contains(err.Error(), "different versions"):
				t.Errorf("%s to %s: %v", what, method, err)
			}
		}
	}
	if err := pass["Down"]("Unary"); !errors.Is(err, Unavailable) || !strings.Contains(err.Error(), "stream of live.Unary") || !strings.Contains(err.Error(), "different versions") {
		t.Errorf("a unary method as a streaming one: %v", err)
	}

	c := begin(t, o, "GiveWriter")
	if err := c.Do(nil, nil); err != nil {
		t.Fatal(err)
	}
	if r, err := c.Reader(0); !errors.Is(err, InvalidArgument) || !strings.Contains(err.Error(), "gives a writer") {
		t.Errorf("a reader for a writer: %v, %v", r, err)
	}
	c.Discard()
	c = begin(t, o, "GiveReader")
	if err := c.Do(nil, nil); err != nil {
		t.Fatal(err)
	}
	r, err := c.Reader(0)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); string(got) != "read" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	nothingLeft(t, p)
}

// What is said of the places of methods never makes an answer too large.
func TestPlacesOfManyMethods(t *testing.T) {
	def := Definition{Interface: "Many", New: newNothing}
	live := make([]string, 60)
	for i := range live {
		live[i] = "reader and writer"
	}
	for i := range limitMethods.Max {
		def.Methods = append(def.Methods, MethodDefinition{
			Name: "M" + strings.Repeat("x", i%7) + string(rune('a'+i/7%26)) + string(rune('a'+i/182)), Live: live,
			Serve: func(context.Context, any, *Incoming) error { return nil },
		})
	}
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"many": Define(def)}})
	if _, err := p.host.Dispense(t.Context(), "many", nil); err != nil {
		t.Error(err)
	}
}
