package rpc

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenon-dev/tenon/core/internal/leak"
)

type testKey struct{}

func TestCallContextIsLazy(t *testing.T) {
	parent, end := context.WithCancel(t.Context())
	c := &callContext{parent: parent, deadline: time.Now().Add(time.Hour), metadata: Metadata{"k": "v"}}
	if c.Err() != nil || c.ended != nil || c.timer != nil || c.stop != nil {
		t.Fatalf("it made something, or has ended: %v", c.Err())
	}
	if MetadataFrom(context.WithValue(c, testKey{}, 1))["k"] != "v" {
		t.Error("the metadata is not found")
	}
	end() // nobody watches; Err notices by itself
	if c.Err() != context.Canceled || c.ended != nil {
		t.Errorf("Err is %v", c.Err())
	}
	select {
	case <-c.Done():
	default:
		t.Error("Done, asked for late, is open")
	}
}

func TestCallContextDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, wait := range map[string]func(*callContext){
			"Done":  func(c *callContext) { <-c.Done() },
			"child": func(c *callContext) { child, stop := context.WithCancel(c); defer stop(); <-child.Done() },
			"Err":   func(c *callContext) { time.Sleep(time.Until(c.deadline)) },
		} {
			c := &callContext{parent: t.Context(), deadline: time.Now().Add(time.Minute)}
			began := time.Now()
			wait(c)
			if took := time.Since(began); took != time.Minute || c.Err() != context.DeadlineExceeded {
				t.Errorf("%s: ended after %v with %v", name, took, c.Err())
			}
			if context.Cause(c) != context.DeadlineExceeded {
				t.Errorf("%s: the cause is %v", name, context.Cause(c))
			}
			c.finished()
			c.cancel()
			if c.Err() != context.DeadlineExceeded {
				t.Errorf("%s: ended twice: %v", name, c.Err())
			}
		}
		// One that ends before its deadline leaves no timer.
		c := &callContext{parent: t.Context(), deadline: time.Now().Add(time.Minute)}
		done := c.Done()
		c.finished()
		<-done
		if c.timer.Stop() {
			t.Error("the timer runs on")
		}
		time.Sleep(time.Hour)
		if c.Err() != context.Canceled {
			t.Errorf("got %v", c.Err())
		}
	})
}

func TestCallContextParentEnds(t *testing.T) {
	leak.Check(t)
	parent, end := context.WithCancel(t.Context())
	c := &callContext{parent: parent}
	done := c.Done()
	end()
	within(t, "the end of the session", func() { <-done })
	if c.Err() != context.Canceled {
		t.Errorf("got %v", c.Err())
	}
}

func TestCallContextAfterFunc(t *testing.T) {
	leak.Check(t)
	c := &callContext{parent: t.Context()}
	ran := make(chan string, 9)
	context.AfterFunc(c, func() { ran <- "a" })
	stop := context.AfterFunc(c, func() { ran <- "b" })
	if !stop() || stop() {
		t.Error("stop says whether it was in time, once")
	}
	c.cancel()
	c.cancel()
	if got := <-ran; got != "a" {
		t.Errorf("%s ran", got)
	}
	context.AfterFunc(c, func() { ran <- "late" })
	if got := <-ran; got != "late" {
		t.Errorf("%s ran", got)
	}
	if len(ran) != 0 {
		t.Errorf("%s ran too", <-ran)
	}
}

// The context package starts a goroutine for a child of a context that it does
// not know, unless that has AfterFunc.
func TestCallContextChildrenNeedNoGoroutine(t *testing.T) {
	leak.Check(t)
	c := &callContext{parent: t.Context()}
	in := &Incoming{callContext: callContext{parent: t.Context()}} // as handlers get it
	for _, ctx := range []context.Context{c, in} {
		for range 100 {
			child, stop := context.WithCancel(ctx)
			defer stop()
			if child.Err() != nil {
				t.Fatal(child.Err())
			}
		}
	}
	buf := make([]byte, 1<<20)
	if n := strings.Count(string(buf[:runtime.Stack(buf, true)]), "propagateCancel"); n > 0 {
		t.Errorf("%d goroutines watch contexts", n)
	}
	child, stop := context.WithCancel(in)
	defer stop()
	in.cancel()
	within(t, "the end of a child", func() { <-child.Done() })
	if !errors.Is(child.Err(), context.Canceled) || ctxError(in, "x").Code != Canceled {
		t.Errorf("got %v", child.Err())
	}
	c.finished()
	if len(c.after) != 0 {
		t.Error("children are kept after the end")
	}
}
