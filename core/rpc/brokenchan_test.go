package rpc

import (
	"context"
	"testing"
)

// A method that takes a channel sees only that it was closed. By its context it can tell
// whether that were all values, or some: before it keeps them, for example.
func TestChannelThatBreaks(t *testing.T) {
	type end struct {
		values int
		err    error // of the context, when the channel was closed
	}
	const many = 100
	ends := make(chan end, many)
	def := MethodDefinition{Name: "Import", Live: []string{"sequence"}}
	service := NewService(func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil },
		HandleLive(def, func(_ struct{}, ctx context.Context, call *Incoming) error {
			var failed Failure
			ch, err := ChanArg[int](call, 0, failed.Note)
			if err != nil {
				return err
			}
			n := 0
			for range ch {
				n++
			}
			ends <- end{n, ctx.Err()}
			if err := failed.Err(); err != nil {
				return err
			}
			return call.Reply(nil)
		}))
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"s": service}})
	o := p.dispense(t, "s")

	ch := make(chan int, 2)
	ch <- 1
	ch <- 2
	close(ch)
	c := begin(t, o, "Import")
	PassChan(c, ch)
	if err := c.Do(nil, nil); err != nil {
		t.Error(err)
	}
	if got := <-ends; got.values != 2 || got.err != nil {
		t.Errorf("all values: %+v", got)
	}

	odd := make(chan any, 2)
	odd <- 1
	odd <- "no number"
	c = begin(t, o, "Import")
	PassChan(c, odd)
	if err := c.Do(nil, nil); err == nil {
		t.Error("a value that does not decode passed for none")
	}
	if got := <-ends; got.values != 1 || got.err == nil {
		t.Errorf("a value that does not decode: %+v", got)
	}

	for range many { // the stream and the word that the call was given up travel beside each other
		ctx, cancel := context.WithCancel(t.Context())
		ch := make(chan int)
		c, err := o.Begin(ctx, "Import")
		if err != nil {
			t.Fatal(err)
		}
		PassChan(c, ch)
		done := make(chan error, 1)
		go func() { done <- c.Do(nil, nil) }()
		ch <- 1
		cancel()
		if err := <-done; err == nil {
			t.Error("a call that was given up has succeeded")
		}
	}
	nothingLeft(t, p)
	for range len(ends) { // some were given up before they ran
		if got := <-ends; got.err == nil {
			t.Fatalf("a call that was given up: %+v", got)
		}
	}
}
