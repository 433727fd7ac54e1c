package rpc

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// streamer is the service that the tests of streams call.
type streamer struct {
	made atomic.Int64 // values that Count has made
}

var (
	countStream = ServerStream[int, int]{Name: "Count"} // 0 to n-1; an error after -n
	sumStream   = ClientStream[int, int]{Name: "Sum"}
	firstStream = ClientStream[int, int]{Name: "First"} // answers after one value
	echoStream  = BidiStream[string, string]{Name: "EchoAll"}
)

func newStreamer(s *streamer) *Service {
	return NewService(func(context.Context, struct{}) (*streamer, error) { return s, nil },
		HandleServerStream(countStream, (*streamer).Count),
		HandleClientStream(sumStream, (*streamer).Sum),
		HandleClientStream(firstStream, (*streamer).First),
		HandleBidiStream(echoStream, (*streamer).EchoAll),
	)
}

func (s *streamer) Count(ctx context.Context, n int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range max(n, -n) {
			if !yield(i, nil) {
				return
			}
			s.made.Add(1)
		}
		if n < 0 {
			yield(0, Errorf(OutOfRange, "no more than %d", -n))
		}
	}
}

func (s *streamer) Sum(_ context.Context, numbers iter.Seq2[int, error]) (int, error) {
	sum := 0
	for n, err := range numbers {
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

func (s *streamer) First(_ context.Context, numbers iter.Seq2[int, error]) (int, error) {
	for n, err := range numbers {
		return n, err
	}
	return 0, errors.New("there was none")
}

func (s *streamer) EchoAll(_ context.Context, stream *Stream[string, string]) error {
	for v, err := range stream.All() {
		if err != nil {
			return err
		}
		if v == "fail" {
			return Errorf(Aborted, "as asked")
		}
		if err := stream.Send("echo " + v); err != nil {
			return err
		}
	}
	return nil
}

func streamPair(t testing.TB, s *streamer) (*pair, *Object) {
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"streamer": newStreamer(s)}})
	return p, p.dispense(t, "streamer")
}

// nothingLeft waits until neither side holds a call or a stream.
func nothingLeft(t testing.TB, p *pair) {
	t.Helper()
	empty := func(s Stats) bool { return s.Calls == 0 && s.Serving == 0 && s.Flows == 0 && s.Received == 0 }
	for deadline := time.Now().Add(10 * time.Second); !empty(p.host.Stats()) || !empty(p.plugin.Stats()); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the host still holds %+v, the plugin %+v", p.host.Stats(), p.plugin.Stats())
		}
	}
}

func TestServerStream(t *testing.T) {
	p, o := streamPair(t, &streamer{})
	const many = 20_000
	want := 0
	for n, err := range countStream.Call(t.Context(), o, many) {
		if err != nil || n != want {
			t.Fatalf("got %d, %v where %d is next", n, err, want)
		}
		want++
	}
	if want != many {
		t.Fatalf("it ended after %d", want)
	}
	nothingLeft(t, p)
}

func TestServerStreamEndsWithTheHandlersError(t *testing.T) {
	p, o := streamPair(t, &streamer{})
	var got []int
	var last error
	for n, err := range countStream.Call(t.Context(), o, -3) {
		if last = err; err == nil {
			got = append(got, n)
		}
	}
	if fmt.Sprint(got) != "[0 1 2]" || !errors.Is(last, OutOfRange) || errors.Is(last, io.EOF) {
		t.Fatalf("got %v, %v", got, last)
	}
	nothingLeft(t, p)
}

func TestLeavingAStreamStopsTheProducer(t *testing.T) {
	s := &streamer{}
	p, o := streamPair(t, s)
	for n, err := range countStream.Call(t.Context(), o, 1<<40) {
		if err != nil {
			t.Fatal(err)
		}
		if n == 10 {
			break
		}
	}
	nothingLeft(t, p) // so the producer has ended
}

func TestSlowConsumerBoundsTheProducer(t *testing.T) {
	s := &streamer{}
	p, o := streamPair(t, s)
	next, stop := iter.Pull2(countStream.Call(t.Context(), o, 1<<40))
	if _, err, _ := next(); err != nil {
		t.Fatal(err)
	}
	var made int64
	for i := 0; i < 20; { // until it stands still
		now := s.made.Load()
		if now == made {
			i++
		} else {
			i = 0
		}
		made = now
		time.Sleep(5 * time.Millisecond)
	}
	// Two windows, the buffers of both sides, and a frame for each value of which
	// most is the header.
	if most := int64(2<<20) / headerSize; made > most {
		t.Errorf("the producer ran %d values ahead, %d are the most", made, most)
	}
	if _, err, _ := next(); err != nil {
		t.Fatal(err)
	}
	stop()
	nothingLeft(t, p)
}

func TestClientStream(t *testing.T) {
	p, o := streamPair(t, &streamer{})
	sum, err := sumStream.Call(t.Context(), o, func(yield func(int, error) bool) {
		for i := range 5000 {
			if !yield(i, nil) {
				return
			}
		}
	})
	if err != nil || sum != 5000*4999/2 {
		t.Fatalf("got %d, %v", sum, err)
	}
	first, err := firstStream.Call(t.Context(), o, func(yield func(int, error) bool) {
		for i := 7; yield(i, nil); i++ {
		}
	})
	if err != nil || first != 7 {
		t.Fatalf("an early answer: %d, %v", first, err)
	}
	why := errors.New("out of numbers")
	_, err = sumStream.Call(t.Context(), o, func(yield func(int, error) bool) { yield(0, why) })
	if !errors.Is(err, why) {
		t.Fatalf("an error of the sequence: %v", err)
	}
	nothingLeft(t, p)
}

func TestBidiStream(t *testing.T) {
	p, o := streamPair(t, &streamer{})
	s, err := echoStream.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if err := s.Send(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Recv(); err != nil || got != fmt.Sprintf("echo %d", i) {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	s.CloseSend()
	if err := s.Send("late"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a send after the end: %v", err)
	}
	if _, err := s.Recv(); err != io.EOF {
		t.Errorf("the end: %v", err)
	}
	s.Cancel()

	s, err = echoStream.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s.Send("one")
	s.Send("fail")
	if got, err := s.Recv(); err != nil || got != "echo one" {
		t.Fatalf("got %q, %v", got, err)
	}
	if _, err := s.Recv(); !errors.Is(err, Aborted) {
		t.Errorf("the handler's error: %v", err)
	}
	nothingLeft(t, p)
}

func TestStreamIsCanceled(t *testing.T) {
	p, o := streamPair(t, &streamer{})
	ctx, cancel := context.WithCancel(t.Context())
	s, err := echoStream.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	received := make(chan error, 1)
	go func() { _, err := s.Recv(); received <- err }()
	cancel()
	if err := <-received; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	nothingLeft(t, p)
}

func TestStreamIsRefused(t *testing.T) {
	p, o := streamPair(t, &streamer{})
	o.Close()
	other := p.dispense(t, "streamer")
	b := *other.bound
	b.id = 999
	for _, err := range countStream.Call(t.Context(), &Object{bound: &b}, 5) {
		if !errors.Is(err, ErrReleased) && !errors.Is(err, NotFound) {
			t.Errorf("got %v", err)
		}
	}
	nothingLeft(t, p)
}

func TestStreamFailsWithTheSession(t *testing.T) {
	why := errors.New("it burnt down")
	p := newPair(t, Config{Explain: func(error) error { return why }}, Config{Services: map[string]*Service{"streamer": newStreamer(&streamer{})}})
	o := p.dispense(t, "streamer")
	s, err := echoStream.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	p.link.Close()
	if _, err := s.Recv(); !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
	if err := s.Send("x"); !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
}

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
		Methods:   []MethodDefinition{digestDef, headDef, fillDef, openDef, dialDef, callbackDef, selfDef()},
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
	if err := c.Do(1<<24, nil); !errors.Is(err, ErrStopped) && !errors.Is(err, Canceled) {
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

func TestStreamsLimit(t *testing.T) {
	p := newPair(t, Config{Remote: Limits{Streams: 3}}, Config{Services: map[string]*Service{"streamer": newStreamer(&streamer{})}})
	o := p.dispense(t, "streamer")
	for range 3 {
		if _, err := echoStream.Open(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := echoStream.Open(t.Context(), o); !errors.Is(err, ResourceExhausted) || !strings.Contains(err.Error(), "Streams") {
		t.Errorf("got %v", err)
	}
}
