package rpctest

import (
	"fmt"
	"io"
	"sync"
	"testing"

	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
)

// testUnreadAndFull holds that as many streams as the default limit allows may stay
// unread and full, while unary calls go on.
func testUnreadAndFull(t *testing.T, tr transport.Transport) {
	p := newPair(t, tr, rpc.Limits{})
	var readers []io.Reader
	for range rpc.DefaultLimits().Streams {
		c := begin(t, p.live, "Pour")
		if err := c.Do(nil, nil); err != nil {
			t.Fatal(err)
		}
		r, err := c.Reader(0)
		if err != nil {
			t.Fatal(err)
		}
		readers = append(readers, r)
	}
	p.standsStill(t)
	pings(t, p.typed, 100)
	if n := p.host.Stats().Flows; n != rpc.DefaultLimits().Streams {
		t.Errorf("the host has %d streams", n)
	}
	for _, r := range readers {
		if n, err := io.CopyN(io.Discard, r, 100<<10); err != nil {
			t.Fatalf("a stream that was full reads %d bytes: %v", n, err)
		}
	}
}

// many is how many streams are open at a time with the limit raised.
const many = 10_000

func testTenThousand(t *testing.T, tr transport.Transport) {
	p := newPair(t, tr, rpc.Limits{Streams: many, Calls: 2 * many}) // each stream is a call
	ctx := guarded(t)
	streams := make(chan *rpc.Stream[string, string], many)
	parallel(t, func(i int) error {
		s, err := echoAll.Open(ctx, p.typed)
		if err != nil {
			return err
		}
		streams <- s
		return exchange(s, fmt.Sprint("first ", i))
	})
	if n := p.host.Stats().Flows; n != many {
		t.Errorf("the host has %d streams", n)
	}
	pings(t, p.typed, 10)
	parallel(t, func(int) error {
		s := <-streams
		defer s.Cancel()
		s.CloseSend()
		if _, err := s.Recv(); err != io.EOF {
			return fmt.Errorf("the clean end is %v", err)
		}
		return nil
	})
	p.empty(t)
}

// exchange sends a value and receives its echo.
func exchange(s *rpc.Stream[string, string], text string) error {
	if err := s.Send(text); err != nil {
		return err
	}
	if got, err := s.Recv(); err != nil || got != text {
		return fmt.Errorf("the echo of %q is %q: %w", text, got, err)
	}
	return nil
}

// parallel calls f for each of the many, some at a time.
func parallel(t *testing.T, f func(i int) error) {
	t.Helper()
	next := make(chan int)
	var wg sync.WaitGroup
	for range 64 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range next {
				if err := f(i); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	for i := range many {
		if t.Failed() {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
}
