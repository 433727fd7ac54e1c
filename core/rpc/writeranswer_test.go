package rpc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
)

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

// A peer that closes the stream instead of answering does not hold up Close, nor
// pass for one that has written all.
func TestWriterResultWithoutAnAnswer(t *testing.T) {
	service := newMethodsService(map[string]func(context.Context, *Incoming) error{
		"Writer": func(_ context.Context, in *Incoming) error {
			f := in.passing().free(in, receives)
			f.peer.later(func() { f.receiveBytes(io.Discard) })
			return in.Reply("")
		},
	})
	bubble(t, Config{}, Config{Services: service}, func(t *testing.T, p *pair) {
		c := begin(t, p.dispense(t, "methods"), "Writer")
		if err := c.Do("", new(string)); err != nil {
			t.Fatal(err)
		}
		w, err := c.Writer(0)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, "some")
		if err := w.Close(); !errors.Is(err, Unavailable) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %v", err)
		}
		synctest.Wait()
		nothingLeft(t, p)
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
