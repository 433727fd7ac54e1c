package rpc

import (
	"bytes"
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

// The writer of a result says, when it is closed, how the other side's fared.
func TestWriterResultIsABarrier(t *testing.T) {
	var v *closing
	service := newMethodsService(map[string]func(context.Context, *Incoming) error{
		"Writer": func(_ context.Context, in *Incoming) error { in.ReplyWriter(v); return in.Reply("") },
	})
	bubble(t, Config{}, Config{Services: service}, func(t *testing.T, p *pair) {
		o := p.dispense(t, "methods")
		open := func() io.WriteCloser {
			v = &closing{Writer: v.Writer, err: v.err, closed: make(chan struct{})}
			c := begin(t, o, "Writer")
			if err := c.Do("", new(string)); err != nil {
				t.Fatal(err)
			}
			w, err := c.Writer(0)
			if err != nil {
				t.Fatal(err)
			}
			return w
		}
		var got bytes.Buffer
		v = &closing{Writer: &got}
		w := open()
		for range 100 {
			io.WriteString(w, strings.Repeat("x", 1000))
		}
		if err := w.Close(); err != nil || got.Len() != 100_000 {
			t.Errorf("%d bytes, %v", got.Len(), err)
		}
		if err := w.Close(); err != nil {
			t.Errorf("closed again: %v", err)
		}
		select {
		case <-v.closed:
		default:
			t.Error("the other side's writer is not closed")
		}

		v = &closing{Writer: &got, err: Errorf(DataLoss, "the last block")}
		w = open()
		io.WriteString(w, "x")
		if err := w.Close(); !errors.Is(err, DataLoss) || !strings.Contains(err.Error(), "the last block") {
			t.Errorf("the error of Close: %v", err)
		}

		v = &closing{Writer: writerFunc(func([]byte) (int, error) { return 0, Errorf(ResourceExhausted, "quota") })}
		w = open()
		io.WriteString(w, "x")
		if err := w.Close(); !errors.Is(err, ResourceExhausted) || !strings.Contains(err.Error(), "quota") {
			t.Errorf("the error of Write, from Close: %v", err)
		}
		w = open()
		var err error
		for range 1000 {
			if _, err = io.WriteString(w, "x"); err != nil {
				break
			}
			synctest.Wait()
		}
		if !errors.Is(err, ResourceExhausted) || !errors.Is(err, ErrStopped) || !strings.Contains(err.Error(), "quota") {
			t.Errorf("the error of Write, from a later one: %v", err)
		}
		if err := w.Close(); !errors.Is(err, ResourceExhausted) {
			t.Errorf("and from Close: %v", err)
		}

		// The end of the session is the end of the wait.
		held := make(chan struct{})
		v = &closing{Writer: writerFunc(func(b []byte) (int, error) { <-held; return len(b), nil })}
		w = open()
		io.WriteString(w, "x")
		closed := make(chan error)
		go func() { closed <- w.Close() }()
		synctest.Wait()
		p.plugin.Close()
		if err := <-closed; !errors.Is(err, Unavailable) {
			t.Errorf("the end of the session: %v", err)
		}
		close(held)
	})
}

// A callee that closes the caller's writer learns how that fared.
func TestCalleeClosesAWriterArgument(t *testing.T) {
	closed := make(chan error, 1)
	service := newMethodsService(map[string]func(context.Context, *Incoming) error{
		"Write": func(_ context.Context, in *Incoming) error {
			w, err := in.Writer(0)
			if err != nil {
				return err
			}
			io.WriteString(w, "some")
			closed <- w.Close()
			return in.Reply("")
		},
	})
	bubble(t, Config{}, Config{Services: service}, func(t *testing.T, p *pair) {
		o := p.dispense(t, "methods")
		for _, w := range []io.Writer{new(bytes.Buffer), &lateWriter{}} {
			c := begin(t, o, "Write")
			c.PassWriter(w)
			err := c.Do("", new(string))
			seen := <-closed
			if _, fails := w.(*lateWriter); !fails {
				if err != nil || seen != nil {
					t.Errorf("a good one: %v, the callee saw %v", err, seen)
				}
			} else if !errors.Is(err, errDisk) || seen == nil || !strings.Contains(seen.Error(), "disk full") {
				t.Errorf("a bad one: %v, the callee saw %v", err, seen)
			}
		}
		synctest.Wait()
		nothingLeft(t, p)
	})
}

// A call ends with its context, also while the caller's own writer takes its time.
func TestCallEndsWhileItsWriterBlocks(t *testing.T) {
	for _, how := range []string{"context", "session"} {
		t.Run(how, func(t *testing.T) {
			service := map[string]*Service{"passer": newPasser(&passer{})}
			bubble(t, Config{}, Config{Services: service}, func(t *testing.T, p *pair) {
				o := p.dispense(t, "passer")
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				c, err := o.Begin(ctx, "Fill")
				if err != nil {
					t.Fatal(err)
				}
				held := make(chan struct{})
				c.PassWriter(writerFunc(func(b []byte) (int, error) { <-held; return len(b), nil }))
				ended := make(chan error)
				go func() { ended <- c.Do(100, nil) }()
				synctest.Wait() // the callee has answered
				if how == "context" {
					cancel()
					if err := <-ended; !errors.Is(err, context.Canceled) {
						t.Errorf("got %v", err)
					}
					synctest.Wait()
					if s := p.host.Stats(); s.Calls != 0 || s.Flows != 0 {
						t.Errorf("the host still holds %+v", s)
					}
					close(held)
					synctest.Wait()
					nothingLeft(t, p)
					return
				}
				p.plugin.Close()
				if err := <-ended; !errors.Is(err, Unavailable) {
					t.Errorf("got %v", err)
				}
				close(held)
			})
		})
	}
}
