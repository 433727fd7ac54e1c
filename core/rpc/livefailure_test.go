package rpc

import (
	"context"
	"errors"
	"io"
	"iter"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
)

// liveBubble runs f with an object of the service passer in a bubble, where what
// hangs is told at once.
func liveBubble(t *testing.T, f func(t *testing.T, p *pair, o *Object)) {
	service := map[string]*Service{"passer": newPasser(&passer{kept: make(chan *Object, 10)})}
	bubble(t, Config{}, Config{Services: service}, func(t *testing.T, p *pair) {
		f(t, p, p.dispense(t, "passer"))
		synctest.Wait()
		nothingLeft(t, p)
	})
}

var errDisk = errors.New("disk full")

// lateWriter fails after so many writes.
type lateWriter struct{ left int }

func (w *lateWriter) Write(b []byte) (int, error) {
	if w.left--; w.left < 0 {
		return 0, errDisk
	}
	return len(b), nil
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func short(b []byte) (int, error) { return len(b) / 2, nil }

// What a writer of the caller did not take is an error of the call, also where the
// callee wrote no more after that and knows nothing of it.
func TestWriterArgumentThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		size int
		w    io.Writer
		want error
	}{
		"at once":  {100, &lateWriter{}, errDisk},
		"small":    {100_000, &lateWriter{1}, errDisk},
		"large":    {1 << 24, &lateWriter{3}, errDisk},
		"short":    {100, writerFunc(short), io.ErrShortWrite},
		"too much": {100, writerFunc(func(b []byte) (int, error) { return len(b) + 1, nil }), Internal},
		"below":    {100, writerFunc(func(b []byte) (int, error) { return -1, nil }), Internal},
	} {
		for _, duplex := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				liveBubble(t, func(t *testing.T, p *pair, o *Object) {
					call := begin(t, o, "Fill")
					if duplex {
						call = begin(t, o, "FillDuplex")
						call.PassDuplex(struct {
							io.Reader
							io.Writer
						}{strings.NewReader(""), c.w})
					} else {
						call.PassWriter(c.w)
					}
					if err := call.Do(c.size, nil); !errors.Is(err, c.want) || errors.Is(err, ErrStopped) {
						t.Errorf("duplex %v: got %v", duplex, err)
					}
				})
			})
		}
	}
}

// Where the callee fails by itself as well, both errors are the call's.
func TestWriterArgumentThatFailsBesideTheCallee(t *testing.T) {
	liveBubble(t, func(t *testing.T, p *pair, o *Object) {
		c := begin(t, o, "FillAndFail")
		c.PassWriter(&lateWriter{})
		if err := c.Do(nil, nil); !errors.Is(err, errDisk) || !errors.Is(err, NotFound) {
			t.Errorf("got %v", err)
		}
	})
}

// A value of the application that panics, or ends the goroutine that it was lent,
// fails what it is a part of and holds up nobody.
func TestLiveArgumentsThatPanic(t *testing.T) {
	boom := func([]byte) (int, error) { panic("boom") }
	exit := func([]byte) (int, error) { runtime.Goexit(); return 0, nil }
	for name, pass := range map[string]func(c *Call){
		"Digest reader panics":      func(c *Call) { c.PassReader(readerFunc(boom)) },
		"Digest reader exits":       func(c *Call) { c.PassReader(readerFunc(exit)) },
		"Digest reader of too much": func(c *Call) { c.PassReader(readerFunc(func(b []byte) (int, error) { return len(b) + 1, nil })) },
		"Digest reader below":       func(c *Call) { c.PassReader(readerFunc(func(b []byte) (int, error) { return -1, nil })) },
		"Fill writer panics":        func(c *Call) { c.PassWriter(writerFunc(boom)) },
		"Fill writer exits":         func(c *Call) { c.PassWriter(writerFunc(exit)) },
		"Sum sequence panics": func(c *Call) {
			PassSeq(c, iter.Seq2[int, error](func(yield func(int, error) bool) { yield(1, nil); panic("boom") }))
		},
		"Sum sequence exits": func(c *Call) {
			PassSeq(c, iter.Seq2[int, error](func(yield func(int, error) bool) { runtime.Goexit() }))
		},
		"Sum values panic": func(c *Call) {
			c.PassValues(func(yield func(any, error) bool) { panic("boom") })
		},
		"FillDuplex writer panics": func(c *Call) {
			c.PassDuplex(struct {
				io.Reader
				io.Writer
			}{strings.NewReader(""), writerFunc(boom)})
		},
	} {
		t.Run(name, func(t *testing.T) {
			liveBubble(t, func(t *testing.T, p *pair, o *Object) {
				method, what, _ := strings.Cut(name, " ")
				c := begin(t, o, method)
				pass(c)
				var result any
				err := c.Do(100, &result)
				if !errors.Is(err, Internal) {
					t.Fatalf("got %v", err)
				}
				var panicked *PanicError
				if strings.Contains(what, "panic") && (!errors.As(err, &panicked) || panicked.Value != "boom") {
					t.Errorf("no panic in %v", err)
				}
			})
		})
	}
}

// A streaming call is told of a sequence that panics while it is fed.
func TestFedSequenceThatPanics(t *testing.T) {
	liveBubble(t, func(t *testing.T, p *pair, o *Object) {
		c := begin(t, o, "Sum")
		c.PassStream(true, false)
		s, err := c.DoStream(0, new(int))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Cancel()
		s.Feed(func(yield func(any, error) bool) { panic("boom") })
		var panicked *PanicError
		if err := s.Wait(); !errors.As(err, &panicked) || panicked.Value != "boom" {
			t.Errorf("got %v", err)
		}
	})
}

// closing notes that it was closed.
type closing struct {
	io.Reader
	io.Writer
	closed chan struct{}
	err    error
}

func (c *closing) Close() error { close(c.closed); return c.err }

// Live results that panic break off with that, and are closed all the same.
func TestLiveResultsThatPanic(t *testing.T) {
	boom := func([]byte) (int, error) { panic("boom") }
	for _, exit := range []bool{false, true} {
		v := &closing{Reader: readerFunc(boom), Writer: writerFunc(boom)}
		if exit {
			end := func([]byte) (int, error) { runtime.Goexit(); return 0, nil }
			v.Reader, v.Writer = readerFunc(end), writerFunc(end)
		}
		service := newMethodsService(map[string]func(context.Context, *Incoming) error{
			"Reader": func(_ context.Context, in *Incoming) error { in.ReplyReader(v); return in.Reply("") },
			"Writer": func(_ context.Context, in *Incoming) error { in.ReplyWriter(v); return in.Reply("") },
			"Duplex": func(_ context.Context, in *Incoming) error { in.ReplyDuplex(v); return in.Reply("") },
		})
		bubble(t, Config{}, Config{Services: service}, func(t *testing.T, p *pair) {
			o := p.dispense(t, "methods")
			for _, method := range []string{"Reader", "Writer", "Duplex"} {
				v.closed = make(chan struct{})
				c := begin(t, o, method)
				if err := c.Do("", new(string)); err != nil {
					t.Fatal(err)
				}
				var err error
				switch method {
				case "Reader":
					r, _ := c.Reader(0)
					_, err = io.ReadAll(r)
				case "Writer":
					w, _ := c.Writer(0)
					w.Write([]byte("some"))
					err = w.Close()
				case "Duplex":
					rw, _ := c.Duplex(0)
					_, err = io.ReadAll(rw)
					rw.Close()
				}
				var panicked *PanicError
				if !errors.Is(err, Internal) || !exit && !errors.As(err, &panicked) {
					t.Errorf("%s: got %v", method, err)
				}
				<-v.closed
			}
			synctest.Wait()
			nothingLeft(t, p)
		})
	}
}

type unwritable struct{}

func (unwritable) MarshalJSON() ([]byte, error) { panic("boom") }

// A value of a channel that does not encode ends what the caller receives, and the
// method may send on.
func TestChannelOfValuesThatPanic(t *testing.T) {
	send := MethodDefinition{Name: "Send", Kind: KindServerStream, Item: typeOf[any](), Serve: func(_ context.Context, _ any, in *Incoming) error {
		stream, err := in.StreamArg(0, true, false)
		if err != nil {
			return err
		}
		sender := SendChan[any](in, stream)
		for range 3 {
			sender.Chan() <- unwritable{}
		}
		sender.Flush()
		return in.Reply(nil)
	}}
	service := map[string]*Service{"s": Define(Definition{New: newNothing, Methods: []MethodDefinition{send}})}
	bubble(t, Config{}, Config{Services: service}, func(t *testing.T, p *pair) {
		c := begin(t, p.dispense(t, "s"), "Send")
		c.PassStream(false, true)
		if err := DoChan(c, nil, nil, make(chan any), nil); err == nil || !strings.Contains(err.Error(), "boom") {
			t.Errorf("got %v", err)
		}
		synctest.Wait()
		nothingLeft(t, p)
	})
}

// A streaming call whose interceptor panics fails, as its caller is not the one who
// runs it.
func TestInterceptorOfAStreamThatPanics(t *testing.T) {
	service := map[string]*Service{"passer": newPasser(&passer{})}
	host := Config{Interceptors: []Interceptor{func(context.Context, *CallInfo, func(context.Context) error) error { panic("boom") }}}
	bubble(t, host, Config{Services: service}, func(t *testing.T, p *pair) {
		c := begin(t, p.dispense(t, "passer"), "Sum")
		c.PassReader(strings.NewReader("beside"))
		c.PassStream(true, true)
		s, err := c.DoStream(0, new(int))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Cancel()
		var panicked *PanicError
		if err := s.Recv(new(int)); !errors.As(err, &panicked) {
			t.Errorf("Recv: %v", err)
		}
		if err := s.Wait(); !errors.As(err, &panicked) || panicked.Value != "boom" {
			t.Errorf("Wait: %v", err)
		}
		synctest.Wait()
		nothingLeft(t, p)
	})
}
