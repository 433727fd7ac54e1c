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

	"github.com/tenon-dev/tenon/core/transport"
)

// A door is passed by the methods of a house, as generated code does it.
type door interface {
	Open(ctx context.Context, name string) (string, error)
	io.Closer
}

type doorClient struct{ object *Object }

func doorFrom(o *Object) door { return &doorClient{o} }

func (d *doorClient) Open(ctx context.Context, name string) (string, error) {
	return doorOpen.Call(ctx, d.object, name)
}
func (d *doorClient) Close() error         { return CloseObject(d.object) }
func (d *doorClient) TenonObject() *Object { return d.object }

var (
	doorOpen   = Method[string, string]{Name: "Open"}
	doorShared Shared
)

func doorService() *Service {
	return doorShared.Make(func() *Service {
		return ObjectService(Handle(doorOpen, door.Open).Doc("Open opens.").Names("name"), HandleClose[door]())
	})
}

type hereDoor struct{ closed *atomic.Int32 }

func (hereDoor) Open(_ context.Context, name string) (string, error) { return "open: " + name, nil }
func (d hereDoor) Close() error                                      { d.closed.Add(1); return errors.New("it creaks") }

// A house has methods with live values of every kind that only generated code passes.
type house struct{ closed *atomic.Int32 }

func houseHandlers() []Handler[house] {
	return []Handler[house]{
		HandleLive(MethodDefinition{Name: "Door", LiveResults: []string{"object"}}, func(h house, _ context.Context, call *Incoming) error {
			call.ReplyObject(doorService(), hereDoor(h))
			return call.Reply(nil)
		}),
		HandleLive(MethodDefinition{Name: "Through", Live: []string{"object"}, Result: typeOf[string]()}, func(_ house, ctx context.Context, call *Incoming) error {
			d, err := ObjectArg(call, 0, doorFrom)
			if err != nil {
				return err
			}
			if d == nil {
				return call.Reply("nil")
			}
			text, err := d.Open(ctx, "x")
			if err != nil {
				return err
			}
			return call.Reply(fmt.Sprintf("%T %s", d, text))
		}),
		HandleLive(MethodDefinition{Name: "Watch", Args: typeOf[int](), LiveResults: []string{"channel"}}, func(_ house, ctx context.Context, call *Incoming) error {
			var n int
			if err := call.Decode(&n); err != nil {
				return err
			}
			kept := KeepContext(ctx)
			if n < 0 {
				kept.Drop()
				kept.Drop()
				return Errorf(InvalidArgument, "%d", n)
			}
			ch := make(chan int)
			go func() { // ends with the context
				defer close(ch)
				for i := range n {
					select {
					case ch <- i:
					case <-kept.Done():
						return
					}
				}
			}()
			ReplyChan(call, ch, kept)
			return call.Reply(nil)
		}),
		HandleLive(MethodDefinition{Name: "Send", Kind: KindServerStream, Item: typeOf[int](), Result: typeOf[int]()}, func(_ house, ctx context.Context, call *Incoming) error {
			stream, err := call.StreamArg(0, true, false)
			if err != nil {
				return err
			}
			out := SendChan[int](call, stream)
			defer out.Flush()
			for i := range 3 {
				out.Chan() <- i
			}
			out.Flush()
			return call.Reply(3)
		}),
		HandleLive(MethodDefinition{Name: "Sum", Live: []string{"sequence"}, Result: typeOf[int]()}, func(_ house, ctx context.Context, call *Incoming) error {
			var failed Failure
			ch, err := ChanArg[int](call, 0, failed.Note)
			if err != nil {
				return err
			}
			sum := 0
			for n := range ch {
				sum += n
			}
			if err := failed.Err(); err != nil {
				return err
			}
			return call.Reply(sum)
		}),
	}
}

func newHouse(t *testing.T) (*pair, *Object, house) {
	h := house{new(atomic.Int32)}
	service := NewService(func(context.Context, struct{}) (house, error) { return h, nil }, houseHandlers()...)
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"house": service}})
	o, err := DispenseAs(t.Context(), p.host, "house", nil, service)
	if err != nil {
		t.Fatal(err)
	}
	return p, o, h
}

func beginAt(t *testing.T, ctx context.Context, o *Object, method string) *Call {
	t.Helper()
	call, err := o.Begin(ctx, method)
	if err != nil {
		t.Fatal(err)
	}
	return call
}

// TestObjectsOfGeneratedCode holds that an object is closed once, comes home, and is
// nil for nil.
func TestObjectsOfGeneratedCode(t *testing.T) {
	p, o, h := newHouse(t)
	call := beginAt(t, t.Context(), o, "Door")
	if err := call.Do(nil, nil); err != nil {
		t.Fatal(err)
	}
	d, err := ObjectResult(call, 0, doorFrom)
	if err != nil {
		t.Fatal(err)
	}
	for what, passed := range map[string]door{"rpc.hereDoor open: x": d, "*rpc.doorClient open: x": hereDoor{new(atomic.Int32)}, "nil": nil} {
		call := beginAt(t, t.Context(), o, "Through")
		call.PassObject(doorService(), passed, true)
		var text string
		if err := call.Do(nil, &text); err != nil || text != what {
			t.Errorf("passed it is %q, %v, not %q", text, err, what)
		}
	}
	if err := d.Close(); err == nil || !strings.Contains(err.Error(), "it creaks") {
		t.Errorf("Close: %v", err)
	}
	eventually(t, "the object is released", func() bool { return p.plugin.Stats().Objects == 1 })
	p.plugin.Close()
	p.host.Close()
	p.plugin.Join(t.Context())
	if n := h.closed.Load(); n != 1 {
		t.Errorf("closed %d times", n)
	}
}

// TestChannelResult holds that a channel ends with its values, and with the context of
// its call, for both sides.
func TestChannelResult(t *testing.T) {
	p, o, _ := newHouse(t)
	watch := func(ctx context.Context, n int) (<-chan int, error) {
		call := beginAt(t, ctx, o, "Watch")
		if err := call.Do(n, nil); err != nil {
			return nil, err
		}
		return ChanResult[int](call, 0)
	}
	ch, err := watch(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for n := range ch {
		sum += n
	}
	if sum != 3 {
		t.Errorf("the sum is %d", sum)
	}
	if _, err := watch(t.Context(), -1); !errors.Is(err, InvalidArgument) {
		t.Errorf("an error: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if ch, err = watch(ctx, 1<<30); err != nil {
		t.Fatal(err)
	}
	<-ch
	cancel()
	for range ch {
	}
	eventually(t, "no stream is left", func() bool { return p.plugin.Stats().Flows+p.host.Stats().Flows == 0 })
	if ch, err = watch(t.Context(), 1<<30); err != nil {
		t.Fatal(err)
	}
	p.host.Close()
	for range ch {
	}
}

// TestChannelArguments holds channels in both directions as arguments.
func TestChannelArguments(t *testing.T) {
	p, o, _ := newHouse(t)
	call := beginAt(t, t.Context(), o, "Send")
	call.PassStream(false, true)
	to, result := make(chan int, 3), 0
	if err := DoChan(call, nil, &result, to, nil); err != nil || result != 3 || len(to) != 3 {
		t.Errorf("%d, %d values, %v", result, len(to), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	call = beginAt(t, ctx, o, "Send")
	call.PassStream(false, true)
	cancel()
	if err := DoChan(call, nil, &result, make(chan int), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that does not receive: %v", err)
	}
	call = beginAt(t, t.Context(), o, "Send")
	if err := call.Do(nil, &result); err == nil {
		t.Error("a call without its stream")
	}

	call = beginAt(t, t.Context(), o, "Sum")
	from := make(chan int, 3)
	from <- 1
	from <- 2
	close(from)
	PassChan(call, from)
	if err := call.Do(nil, &result); err != nil || result != 3 {
		t.Errorf("Sum: %d, %v", result, err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	call = beginAt(t, ctx, o, "Sum")
	PassChan(call, make(chan int))
	canceled := make(chan struct{})
	go func() {
		defer close(canceled)
		eventually(t, "the call runs", func() bool { return p.plugin.Stats().Serving > 0 })
		cancel()
	}()
	if err := call.Do(nil, &result); !errors.Is(err, context.Canceled) {
		t.Errorf("a channel that gives nothing: %v", err)
	}
	<-canceled
	eventually(t, "no stream is left", func() bool { return p.plugin.Stats().Flows+p.host.Stats().Flows == 0 })
}

// TestDispenseAs holds that an object which lacks methods is no object.
func TestDispenseAs(t *testing.T) {
	p, _, _ := newHouse(t)
	more := ObjectService(append(houseHandlers(), HandleLive(MethodDefinition{Name: "Cellar"}, func(house, context.Context, *Incoming) error { return nil }))...)
	o, err := DispenseAs(t.Context(), p.host, "house", nil, more)
	if o != nil || !errors.Is(err, Unimplemented) || !strings.Contains(err.Error(), `service "house" is no house: it lacks Cellar, and has Door, Send, Sum, Through, Watch`) {
		t.Errorf("got %v, %v", o, err)
	}
	eventually(t, "it is released", func() bool { return p.plugin.Stats().Objects == 1 })
	if types := fmt.Sprint(more.Types()); types != "[string int int int int]" {
		t.Errorf("its types are %s", types)
	}
	broken := Invalid(errors.New("broken"))
	if _, err := DispenseAs(t.Context(), p.host, "house", nil, broken); err == nil || err.Error() != "broken" {
		t.Errorf("got %v", err)
	}
	if d := more.Doc("A house."); d.def.Doc != "A house." || more.def.Doc != "" {
		t.Error("a service with a description changes the one without")
	}
}

// Generated code sends its arguments by their places. An object of another language
// that has other names for them would take them for zero, without a word.
func TestDispenseAsOtherNames(t *testing.T) {
	type args struct {
		A0 int `json:"a0"`
		A1 int `json:"a1"`
	}
	add := ObjectService(Handle(Method[args, int]{Name: "Add"}, func(house, context.Context, args) (int, error) { return 0, nil }).Names("x", "y"))
	for params, fits := range map[string]bool{`["a0","a1"]`: true, `["a0","a1","a2"]`: true, `["a0"]`: true, `["x","y"]`: false, `["a1","a0"]`: false} {
		r := newRaw(t, Config{Side: transport.Host})
		got := make(chan error, 1)
		go func() {
			_, err := DispenseAs(t.Context(), r.peer, "sums", nil, add)
			got <- err
		}()
		lane := r.accept(kindCalls)
		h, _ := r.next(lane)
		r.send(lane, header{typ: frameReply, id: h.id}, []byte(`{"object":1,"service":"sums","codec":"json","methods":[{"name":"Add","params":`+params+`}]}`))
		err := <-got
		if fits && err != nil || !fits && !errors.Is(err, FailedPrecondition) {
			t.Errorf("%s: %v", params, err)
		}
		if !fits && err != nil && !strings.Contains(err.Error(), "calls the arguments of Add") {
			t.Error(err)
		}
	}
}

func TestSequencesOfGeneratedCode(t *testing.T) {
	why := errors.New("why")
	broken := func(yield func(int, error) bool) { _ = yield(1, nil) && yield(0, why) }
	var lost error
	n := 0
	for range WithoutErrors(broken, func(err error) { lost = err }) {
		n++
	}
	if n != 1 || lost != why {
		t.Errorf("%d values, and %v is lost", n, lost)
	}
	for v, err := range WithErrors(WithoutErrors(broken, nil)) {
		if v != 1 || err != nil {
			t.Errorf("%d, %v", v, err)
		}
		break
	}
	if WithErrors[int](nil) != nil || WithoutErrors[int](nil, nil) != nil {
		t.Error("nil is not nil")
	}
	if seq := iter.Seq2[int, error](broken); OrError(seq, nil) == nil {
		t.Error("a sequence without an error is gone")
	}
	for v, err := range OrError[int](nil, why) {
		if v != 0 || err != why {
			t.Errorf("%d, %v", v, err)
		}
	}
}

func TestFailureKeepsTheFirst(t *testing.T) {
	var f Failure
	first := errors.New("first")
	f.Note(first)
	f.Note(errors.New("second"))
	if f.Err() != first {
		t.Errorf("got %v", f.Err())
	}
}

func TestLazy(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: services(nil)})
	why := errors.New("not yet")
	tries, closed := 0, 0
	o := Lazy("store", func(ctx context.Context) (*Object, error) {
		if tries++; tries == 1 {
			return nil, why
		}
		return p.host.Dispense(ctx, "store", nil)
	}, func() { closed++ })
	if o.Service() != "store" || len(o.Methods()) != 0 {
		t.Errorf("before: %s, %v", o.Service(), o.Methods())
	}
	if _, err := pingMethod.Call(t.Context(), o, struct{}{}); !errors.Is(err, why) {
		t.Errorf("the first try: %v", err)
	}
	wantPong(t, o)
	wantPong(t, o)
	if tries != 2 || len(o.Methods()) == 0 {
		t.Errorf("%d tries, methods %v", tries, o.Methods())
	}
	o.Close()
	o.Close()
	if closed != 1 {
		t.Errorf("closed %d times", closed)
	}
	eventually(t, "the object is released", func() bool { return p.plugin.Stats().Objects == 0 })

	unused := Lazy("store", func(context.Context) (*Object, error) { t.Error("dispensed"); return nil, why }, nil)
	unused.Close()
	if _, err := pingMethod.Call(t.Context(), unused, struct{}{}); !errors.Is(err, ErrReleased) {
		t.Errorf("after Close: %v", err)
	}
}
