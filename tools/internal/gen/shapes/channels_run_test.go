package shapes

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
)

type chanImpl struct{ ended *atomic.Int32 }

func (chanImpl) Sum(_ context.Context, numbers <-chan int) (sum int, err error) {
	for n := range numbers {
		if sum += n; sum > 1000 {
			return sum, nil
		}
	}
	return sum, nil
}
func (chanImpl) Mixed(_ context.Context, name string, a <-chan int, b <-chan string) (string, error) {
	return fmt.Sprint(name, <-a, <-b), nil
}
func (chanImpl) Double(ctx context.Context, numbers <-chan int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for n := range numbers {
			if !yield(2*n, nil) {
				return
			}
		}
	}
}
func (chanImpl) Watch(ctx context.Context, prefix string, events chan<- Entry) error {
	for i := range 3 {
		events <- Entry{Key: fmt.Sprint(prefix, i)}
	}
	if prefix == "" {
		return tenon.Errorf(tenon.OutOfRange, "no prefix")
	}
	return nil
}
func (chanImpl) Count(ctx context.Context, n int, to chan<- int) (sum int, err error) {
	defer close(to)
	for i := range n {
		select {
		case to <- i:
			sum += i
		case <-ctx.Done():
			return sum, ctx.Err()
		}
	}
	return sum, nil
}
func (chanImpl) Pipe(_ context.Context, in <-chan int, out chan<- int) (n int, err error) {
	for v := range in {
		out <- v * v
		n++
	}
	return n, nil
}
func (chanImpl) Feed(_ context.Context, in iter.Seq2[int, error], out chan<- int) error {
	for n, err := range in {
		if err != nil {
			return err
		}
		out <- n + 1
	}
	return nil
}

// sending returns a channel that gives the numbers below n, and is closed then if
// close is set.
func sending(n int, closed bool) <-chan int {
	ch := make(chan int, n)
	for i := range n {
		ch <- i
	}
	if closed {
		close(ch)
	}
	return ch
}

func TestChannels(t *testing.T) {
	newChan := func(context.Context, Config) (chanImpl, error) { return chanImpl{}, nil }
	overEach(t, ChannelsService(newChan), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseChannels)
		n, err := c.Sum(t.Context(), sending(10, true))
		got(t, "Sum", n, err, "45")
		n, err = c.Sum(t.Context(), sending(100, false)) // stays open: the call ends all the same
		got(t, "Sum of a channel that stays open", n, err, "1035")
		words := make(chan string, 1)
		words <- "word"
		s, err := c.Mixed(t.Context(), "m", sending(1, false), words)
		got(t, "Mixed", s, err, "m0word")
		text, err := collect(c.Double(t.Context(), sending(3, true)))
		got(t, "Double", text, err, "[0 2 4]")
		for n, err := range c.Double(t.Context(), sending(3, false)) {
			if ok(t, "Double", err); n == 4 {
				break
			}
		}
	})
	overEach(t, SinksService(newChan), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseSinks)
		events := make(chan Entry, 10)
		ok(t, "Watch", c.Watch(t.Context(), "e", events))
		if len(events) != 3 || (<-events).Key != "e0" {
			t.Errorf("%d events", len(events)+1)
		}
		if err := c.Watch(t.Context(), "", events); !errors.Is(err, tenon.OutOfRange) || len(events) != 5 {
			t.Errorf("Watch with an error: %v, %d", err, len(events))
		}
		to := make(chan int, 100)
		n, err := c.Count(t.Context(), 100, to)
		got(t, "Count", []int{n, len(to)}, err, "[4950 100]")
		ctx, cancel := context.WithCancel(t.Context())
		few := make(chan int)
		go func() {
			<-few
			cancel()
		}()
		if _, err := c.Count(ctx, 1_000_000, few); !errors.Is(err, context.Canceled) {
			t.Errorf("Count that is canceled: %v", err)
		}
		squares := make(chan int, 10)
		n, err = c.Pipe(t.Context(), sending(4, true), squares)
		got(t, "Pipe", []int{n, len(squares), <-squares, <-squares, <-squares, <-squares}, err, "[4 4 0 1 4 9]")
		ok(t, "Feed", c.Feed(t.Context(), upTo(3, nil), squares))
		got(t, "Feed", []int{<-squares, <-squares, <-squares}, nil, "[1 2 3]")
		if err := c.Feed(t.Context(), upTo(0, errHere), squares); err == nil || !strings.Contains(err.Error(), "here") {
			t.Errorf("Feed of a broken sequence: %v", err)
		}
	})
}

type eventsImpl struct{ chanImpl }

func (i eventsImpl) Watch(ctx context.Context, prefix string) (<-chan Entry, error) {
	if prefix == "" {
		return nil, tenon.Errorf(tenon.InvalidArgument, "no prefix")
	}
	ch := make(chan Entry)
	go func() {
		defer i.ended.Add(1)
		defer close(ch)
		for n := 0; prefix != "three" || n < 3; n++ {
			select {
			case ch <- Entry{Key: fmt.Sprint(prefix, n)}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ch, nil
}
func (i eventsImpl) Tick(_ context.Context, n int) <-chan int {
	if n == 0 {
		return nil
	}
	return sending(n, true)
}

func TestEvents(t *testing.T) {
	impl := eventsImpl{chanImpl{new(atomic.Int32)}}
	overEach(t, EventsService(func(context.Context, Config) (eventsImpl, error) { return impl, nil }), func(t *testing.T, client *tenon.Client) {
		impl.ended.Store(0)
		c := dispense(t, client, DispenseEvents)
		if ch, err := c.Watch(t.Context(), ""); ch != nil || !errors.Is(err, tenon.InvalidArgument) {
			t.Errorf("Watch with an error: %v, %v", ch, err)
		}
		ch, err := c.Watch(t.Context(), "three")
		ok(t, "Watch", err)
		var keys []string
		for e := range ch {
			keys = append(keys, e.Key)
		}
		got(t, "Watch", keys, nil, "[three0 three1 three2]")
		ctx, cancel := context.WithCancel(t.Context())
		ch, err = c.Watch(ctx, "endless")
		ok(t, "Watch", err)
		<-ch
		cancel()
		for range ch { // ends
		}
		n := 0
		for range c.Tick(t.Context(), 5) {
			n++
		}
		if n != 5 || c.Tick(t.Context(), 0) != nil {
			t.Errorf("%d ticks", n)
		}
		nothingLeft(t, client)
		for impl.ended.Load() != 2 { // the endless one learns of the end, too
			if t.Context().Err() != nil {
				t.Fatal("a producer goes on")
			}
		}
	})
}
