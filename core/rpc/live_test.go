package rpc

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// passer is the service that the tests of live arguments call.
type passer struct{ kept chan *Object }

var (
	digestDef = MethodDefinition{Name: "Digest", Result: typeOf[[]byte](), Serve: func(ctx context.Context, impl any, in *Incoming) error {
		r, err := in.Reader(0)
		if err != nil {
			return err
		}
		h := sha256.New()
		if _, err := io.Copy(h, r); err != nil {
			return err
		}
		return in.Reply(h.Sum(nil))
	}}
	headDef = MethodDefinition{Name: "Head", Result: typeOf[[]byte](), Serve: func(ctx context.Context, impl any, in *Incoming) error {
		r, err := in.Reader(0)
		if err != nil {
			return err
		}
		b := make([]byte, 4)
		if _, err := io.ReadFull(r, b); err != nil {
			return err
		}
		return in.Reply(b)
	}}
	fillDef = MethodDefinition{Name: "Fill", Args: typeOf[int](), Serve: func(ctx context.Context, impl any, in *Incoming) error {
		var n int
		if err := in.Decode(&n); err != nil {
			return err
		}
		w, err := in.Writer(0)
		if err != nil {
			return err
		}
		_, err = io.CopyN(w, zeros{}, int64(n))
		return err
	}}
	fillDuplexDef = MethodDefinition{Name: "FillDuplex", Args: typeOf[int](), Serve: func(ctx context.Context, impl any, in *Incoming) error {
		var n int
		if err := in.Decode(&n); err != nil {
			return err
		}
		rw, err := in.Duplex(0)
		if err != nil {
			return err
		}
		_, err = io.CopyN(rw, zeros{}, int64(n))
		return err
	}}
	fillAndFailDef = MethodDefinition{Name: "FillAndFail", Serve: func(ctx context.Context, impl any, in *Incoming) error {
		w, err := in.Writer(0)
		if err != nil {
			return err
		}
		io.WriteString(w, "some")
		return Errorf(NotFound, "nothing more")
	}}
	sumDef = MethodDefinition{Name: "Sum", Args: typeOf[int](), Result: typeOf[int](), Serve: func(ctx context.Context, impl any, in *Incoming) error {
		seq, err := SeqArg[int](in, 0)
		if err != nil {
			return err
		}
		sum := 0
		for v, err := range seq {
			if err != nil {
				return err
			}
			sum += v
		}
		return in.Reply(sum)
	}}
	openDef = MethodDefinition{Name: "Open", Args: typeOf[string](), Serve: func(ctx context.Context, impl any, in *Incoming) error {
		var text string
		if err := in.Decode(&text); err != nil {
			return err
		}
		in.ReplyReader(strings.NewReader(text))
		return in.Reply(nil)
	}}
	dialDef = MethodDefinition{Name: "Dial", Serve: func(ctx context.Context, impl any, in *Incoming) error {
		a, b := net.Pipe()
		go func() { // an echo server; ends with the connection
			defer b.Close()
			io.Copy(b, b)
		}()
		in.ReplyConn(a)
		return in.Reply(nil)
	}}
	callbackDef = MethodDefinition{Name: "Callback", Result: typeOf[string](), Serve: func(ctx context.Context, impl any, in *Incoming) error {
		o, home, err := in.Object(0)
		if err != nil {
			return err
		}
		if home != nil {
			return in.Reply(fmt.Sprintf("%T came home", home))
		}
		var pong string
		if err := o.Call(ctx, "Ping", nil, &pong); err != nil {
			return err
		}
		impl.(*passer).kept <- o
		return in.Reply("the host says " + pong)
	}}
)

func selfDef() MethodDefinition {
	return MethodDefinition{Name: "Self", Serve: func(ctx context.Context, impl any, in *Incoming) error {
		in.ReplyObject(newPasser(impl.(*passer)), impl)
		return in.Reply(nil)
	}}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func newPasser(p *passer) *Service {
	return Define(Definition{
		Interface: "Passer",
		New:       func(context.Context, func(any) error) (any, error) { return p, nil },
		Methods:   []MethodDefinition{digestDef, headDef, fillDef, fillDuplexDef, fillAndFailDef, sumDef, openDef, dialDef, callbackDef, selfDef()},
	})
}

func passPair(t testing.TB) (*pair, *Object, *passer) {
	impl := &passer{kept: make(chan *Object, 10)}
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"passer": newPasser(impl)}})
	return p, p.dispense(t, "passer"), impl
}

func begin(t testing.TB, o *Object, method string) *Call {
	t.Helper()
	c, err := o.Begin(t.Context(), method)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestReaderArgument(t *testing.T) {
	p, o, _ := passPair(t)
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	want := sha256.Sum256(data)
	var got []byte
	c := begin(t, o, "Digest")
	c.PassReader(bytes.NewReader(data))
	if err := c.Do(nil, &got); err != nil || !bytes.Equal(got, want[:]) {
		t.Fatalf("got %x, %v", got, err)
	}
	c = begin(t, o, "Digest")
	c.PassReader(io.MultiReader(strings.NewReader("some"), badReader{}))
	if err := c.Do(nil, &got); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the reader's error: %v", err)
	}
	c = begin(t, o, "Head")
	c.PassReader(zeros{}) // endless
	if err := c.Do(nil, &got); err != nil || len(got) != 4 {
		t.Errorf("a reader that is left: %v, %v", got, err)
	}
	nothingLeft(t, p)
}

type badReader struct{}

func (badReader) Read([]byte) (int, error) { return 0, fmt.Errorf("disk: %w", io.ErrUnexpectedEOF) }

func TestWriterArgument(t *testing.T) {
	p, o, _ := passPair(t)
	var buf bytes.Buffer
	c := begin(t, o, "Fill")
	c.PassWriter(&buf)
	if err := c.Do(1<<20+7, nil); err != nil || buf.Len() != 1<<20+7 {
		t.Fatalf("%d bytes, %v", buf.Len(), err)
	}
	c = begin(t, o, "Fill")
	c.PassWriter(badWriter{})
	if err := c.Do(1<<24, nil); !strings.Contains(err.Error(), "disk full") {
		t.Errorf("a writer that fails: %v", err)
	}
	nothingLeft(t, p)
}

type badWriter struct{}

func (badWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestReaderResult(t *testing.T) {
	p, o, _ := passPair(t)
	text := strings.Repeat("text ", 50_000)
	c := begin(t, o, "Open")
	if err := c.Do(text, nil); err != nil {
		t.Fatal(err)
	}
	r, err := c.Reader(0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil || string(got) != text {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	r.Close()
	c = begin(t, o, "Open")
	if err := c.Do(text, nil); err != nil {
		t.Fatal(err)
	}
	if r, err = c.Reader(0); err != nil {
		t.Fatal(err)
	}
	r.Close() // unread
	nothingLeft(t, p)
}

func TestConnection(t *testing.T) {
	p, o, _ := passPair(t)
	c := begin(t, o, "Dial")
	if err := c.Do(nil, nil); err != nil {
		t.Fatal(err)
	}
	conn, err := c.Conn(0)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		fmt.Fprint(conn, "hello")
	}()
	b := make([]byte, 5)
	if _, err := io.ReadFull(conn, b); err != nil || string(b) != "hello" {
		t.Fatalf("got %q, %v", b, err)
	}
	wg.Wait()
	conn.SetReadDeadline(time.Now().Add(-time.Second))
	if _, err := conn.Read(b); err == nil || !err.(net.Error).Timeout() {
		t.Errorf("a past deadline: %v", err)
	}
	conn.Close()
	nothingLeft(t, p)
}

func TestCallbacks(t *testing.T) {
	p, o, impl := passPair(t)
	var got string
	c := begin(t, o, "Callback")
	c.PassObject(newStoreService(nil), &store{}, false)
	if err := c.Do(nil, &got); err != nil || got != "the host says pong" {
		t.Fatalf("got %q, %v", got, err)
	}
	// It has ended with the call.
	if err := (<-impl.kept).Call(t.Context(), "Ping", nil, &got); !errors.Is(err, ErrReleased) {
		t.Errorf("a call of a callback that has ended: %v", err)
	}
	c = begin(t, o, "Callback")
	c.PassObject(newStoreService(nil), &store{}, true)
	if err := c.Do(nil, &got); err != nil {
		t.Fatal(err)
	}
	kept := <-impl.kept
	if err := kept.Call(t.Context(), "Ping", nil, &got); err != nil || got != "pong" {
		t.Errorf("a callback that was kept: %q, %v", got, err)
	}
	kept.Close()
	for p.host.Stats().Objects > 0 {
		time.Sleep(time.Millisecond)
	}
	nothingLeft(t, p)
}

// stub is what generated code makes of an object.
type stub struct{ o *Object }

func (s stub) TenonObject() *Object { return s.o }

func TestReferenceComesHome(t *testing.T) {
	p, o, _ := passPair(t)
	c := begin(t, o, "Self")
	if err := c.Do(nil, nil); err != nil {
		t.Fatal(err)
	}
	self, _, err := c.Object(0)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	c = begin(t, o, "Callback")
	c.PassObject(newPasser(nil), stub{self}, true)
	if err := c.Do(nil, &got); err != nil || got != "*rpc.passer came home" {
		t.Errorf("got %q, %v", got, err)
	}
	self.Close()
	nothingLeft(t, p)
}

func TestLiveValuesThatDoNotFit(t *testing.T) {
	p, o, _ := passPair(t)
	var got []byte
	c := begin(t, o, "Digest") // without its reader
	if err := c.Do(nil, &got); !errors.Is(err, InvalidArgument) || !strings.Contains(err.Error(), "different versions") {
		t.Errorf("none: %v", err)
	}
	c = begin(t, o, "Digest")
	c.PassObject(newStoreService(nil), &store{}, false)
	if err := c.Do(nil, &got); !errors.Is(err, InvalidArgument) {
		t.Errorf("another kind: %v", err)
	}
	c = begin(t, o, "Head")
	for range 100 {
		c.PassReader(zeros{})
	}
	if err := c.Do(nil, &got); !errors.Is(err, ResourceExhausted) || !strings.Contains(err.Error(), "References") {
		t.Errorf("too many: %v", err)
	}
	if err := o.Call(t.Context(), "Open", "x", nil); !errors.Is(err, Internal) {
		t.Errorf("results that nobody expects: %v", err)
	}
	nothingLeft(t, p)
}
