package dynamic_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/rpc"
)

func TestConnections(t *testing.T) {
	l, f, _ := bindFiles(t)
	a, b := net.Pipe()
	result, err := f.Dial(a)
	if err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]net.Conn{"over the argument": b, "over the result": result} {
		if text, err := io.ReadAll(c); err != nil || string(text) != want {
			t.Errorf("got %q, %v; not %q", text, err, want)
		}
		c.Close()
	}
	l.nothingLeft(t, 1)
}

func counting(n int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
	}
}

func TestSequences(t *testing.T) {
	l, f, _ := bindFiles(t)
	var names []string
	for e, err := range f.List(t.Context(), "n", 3) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, e.Name)
	}
	if fmt.Sprint(names) != "[n0 n1 n2]" {
		t.Errorf("List: %v", names)
	}
	var last error
	for _, err := range f.List(t.Context(), "n", -2) {
		last = err
	}
	if !errors.Is(last, rpc.OutOfRange) {
		t.Errorf("the sequence's error: %v", last)
	}
	for range f.List(t.Context(), "n", 1<<40) {
		break
	}
	total := 0
	numbers, err := f.Numbers(10)
	if err != nil {
		t.Fatal(err)
	}
	for n, err := range numbers {
		if err != nil {
			t.Fatal(err)
		}
		total += n
	}
	if total != 45 {
		t.Errorf("Numbers: %d", total)
	}
	numbers, _ = f.Numbers(-1)
	for _, err := range numbers {
		if !errors.Is(err, rpc.InvalidArgument) {
			t.Errorf("an error before the sequence: %v", err)
		}
	}
	if n, err := f.Sum(100, counting(5)); err != nil || n != 110 {
		t.Errorf("Sum: %d, %v", n, err)
	}
	why := rpc.Errorf(rpc.Aborted, "enough")
	if _, err := f.Sum(0, func(yield func(int, error) bool) { yield(0, why) }); !errors.Is(err, rpc.Aborted) {
		t.Errorf("a sequence that breaks: %v", err)
	}
	if n, err := f.Count(func(yield func(int) bool) { _ = yield(1) && yield(2) }); err != nil || n != 2 {
		t.Errorf("Count: %d, %v", n, err)
	}
	l.nothingLeft(t, 1)
}

func TestBothSequences(t *testing.T) {
	l, f, _ := bindFiles(t)
	for name, seq := range map[string]iter.Seq2[int, error]{"Double": f.Double(counting(50)), "Zip": f.Zip(counting(50), counting(60))} {
		n := 0
		for got, err := range seq {
			want := 2 * n
			if name == "Zip" {
				want = n * n
			}
			if err != nil || got != want {
				t.Fatalf("%s: got %d, %v; not %d", name, got, err, want)
			}
			n++
		}
		if n != 50 {
			t.Errorf("%s: it ended after %d", name, n)
		}
	}
	for range f.Double(counting(1 << 40)) {
		break
	}
	l.nothingLeft(t, 1)
}

func TestCallbacks(t *testing.T) {
	l, f, _ := bindFiles(t)
	var done, visited []int
	err := f.Walk(func(n int) { done = append(done, n) }, func(_ context.Context, e entry) (bool, error) {
		visited = append(visited, e.Size)
		return e.Size < 3, nil
	})
	if err != nil || fmt.Sprint(done, visited) != "[0 1 2 3] [0 1 2 3]" {
		t.Errorf("got %v, %v, %v", done, visited, err)
	}
	err = f.Walk(nil, func(context.Context, entry) (bool, error) { return true, rpc.Errorf(rpc.Aborted, "enough") })
	if !errors.Is(err, rpc.Aborted) {
		t.Errorf("a callback's error: %v", err)
	}
	err = f.Walk(func(int) { panic("no place for an error") }, func(context.Context, entry) (bool, error) { return true, nil })
	var panicked *rpc.PanicError
	if !errors.Is(err, rpc.Internal) {
		t.Errorf("a callback without a place for its error: %v, %v", err, panicked)
	}
	l.nothingLeft(t, 1)
}

func TestInterfaceOfTheHost(t *testing.T) {
	l, f, impl := bindFiles(t)
	e := ear{make(chan string, 1)}
	if err := f.Watch(e); err != nil {
		t.Fatal(err)
	}
	kept := <-impl.kept
	if n, err := kept.Heard(t.Context(), "later"); err != nil || n != 5 || <-e.texts != "later" {
		t.Errorf("Heard: %d, %v", n, err)
	}
	if l.host.Stats().Objects != 1 {
		t.Errorf("the host holds %+v", l.host.Stats())
	}
	kept.Close()
	if _, err := kept.Heard(t.Context(), "x"); !errors.Is(err, rpc.ErrReleased) {
		t.Errorf("after Close: %v", err)
	}
	if err := f.Watch(e); err != nil {
		t.Fatal(err)
	}
	<-impl.kept // dropped, not closed
	l.nothingLeft(t, 1)
}

func TestObjectsOfThePlugin(t *testing.T) {
	l, f, impl := bindFiles(t)
	a, err := f.Cursor("a")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := a.Next(); err != nil || n != 1 {
		t.Errorf("Next: %d, %v", n, err)
	}
	b, err := f.Cursor("b")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := b.Same(a); err != nil || text != "b, then 2" { // a comes home
		t.Errorf("Same: %q, %v", text, err)
	}
	if text, err := b.Same(nil); err != nil || text != "nil" {
		t.Errorf("Same of nil: %q, %v", text, err)
	}
	detour := &cursorFuncs{Next: a.Next}
	if text, err := b.Same(detour); err != nil || text != "b, then 3 over the host" {
		t.Errorf("Same of funcs of the host: %q, %v", text, err)
	}
	if err := a.Close(); err != nil || <-impl.closed != "a" {
		t.Errorf("Close: %v", err)
	}
	if _, err := a.Next(); !errors.Is(err, rpc.ErrReleased) {
		t.Errorf("after Close: %v", err)
	}
	b = nil // dropped: closed all the same
	for closed := ""; closed != "b"; {
		runtime.GC()
		select {
		case closed = <-impl.closed:
			if closed != "b" {
				t.Errorf("%s was closed twice", closed)
			}
		case <-time.After(10 * time.Millisecond):
		}
	}
	l.nothingLeft(t, 1)
}

func TestObjectsEndWithTheSession(t *testing.T) {
	l, f, impl := bindFiles(t)
	c, err := f.Cursor("c")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Watch(ear{make(chan string, 1)}); err != nil {
		t.Fatal(err)
	}
	kept := <-impl.kept
	l.host.Close()
	<-l.plugin.Done()
	if _, err := c.Next(); !errors.Is(err, rpc.Unavailable) {
		t.Errorf("the plugin's object: %v", err)
	}
	if _, err := kept.Heard(t.Context(), "x"); !errors.Is(err, rpc.Unavailable) {
		t.Errorf("the host's object: %v", err)
	}
	if got := <-impl.closed; got != "c" {
		t.Errorf("%s was closed", got)
	}
}
