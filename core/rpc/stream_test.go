package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
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
	p := newPair(t, Config{Explain: func(error, map[string]int) error { return why }}, Config{Services: map[string]*Service{"streamer": newStreamer(&streamer{})}})
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
