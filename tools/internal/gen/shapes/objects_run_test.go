package shapes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/tools/internal/gen/shapes/other"
)

type callbackImpl struct{}

func (callbackImpl) Run(_ context.Context, files []string, progress func(done int, file string)) error {
	if progress == nil {
		return errHere
	}
	for i, f := range files {
		progress(i+1, f)
	}
	return nil
}
func (callbackImpl) Each(ctx context.Context, n int, f func(ctx context.Context, i int) error) error {
	for i := range n {
		if err := f(ctx, i); err != nil {
			return err
		}
	}
	return nil
}
func (callbackImpl) Sort(_ context.Context, list []string, less func(a, b string) (bool, error)) ([]string, error) {
	var failed error
	slices.SortFunc(list, func(a, b string) int {
		before, err := less(a, b)
		if failed = errors.Join(failed, err); before {
			return -1
		}
		return 1
	})
	return list, failed
}
func (callbackImpl) Named(_ context.Context, p Progress) error { p(1, 2); return nil }
func (callbackImpl) Live(_ context.Context, open func(name string) (io.ReadCloser, error)) (int64, error) {
	r, err := open("x")
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(io.Discard, r)
}
func (callbackImpl) Stream(ctx context.Context, list func(ctx context.Context, n int) iter.Seq2[int, error]) (int, error) {
	return add(list(ctx, 5))
}
func (callbackImpl) Nested(_ context.Context, f func(g func(i int) error) error) error {
	return f(func(i int) error { return tenon.Errorf(tenon.OutOfRange, "%d", i) })
}

func TestCallbacks(t *testing.T) {
	overEach(t, CallbacksService(func(context.Context, Config) (callbackImpl, error) { return callbackImpl{}, nil }), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseCallbacks)
		var seen []string
		ok(t, "Run", c.Run(t.Context(), []string{"a", "b"}, func(done int, file string) { seen = append(seen, fmt.Sprint(done, file)) }))
		got(t, "Run", seen, nil, "[1a 2b]")
		if err := c.Run(t.Context(), nil, nil); err == nil || !strings.Contains(err.Error(), "here") {
			t.Errorf("a nil func: %v", err)
		}
		err := c.Run(t.Context(), []string{"a"}, func(int, string) { panic("in the callback") })
		if err == nil || !strings.Contains(err.Error(), "in the callback") {
			t.Errorf("a callback that panics: %v", err)
		}
		err = c.Each(t.Context(), 5, func(_ context.Context, i int) error {
			if i == 3 {
				return tenon.Errorf(tenon.Aborted, "at %d", i)
			}
			return nil
		})
		if !errors.Is(err, tenon.Aborted) {
			t.Errorf("Each: %v", err)
		}
		list, err := c.Sort(t.Context(), []string{"c", "a", "b"}, func(a, b string) (bool, error) { return a < b, nil })
		got(t, "Sort", list, err, "[a b c]")
		total := 0
		ok(t, "Named", c.Named(t.Context(), func(done, of int) { total = 10*done + of }))
		got(t, "Named", total, nil, "12")
		n, err := c.Live(t.Context(), func(name string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(name + "yz")), nil
		})
		got(t, "Live", n, err, "3")
		sum, err := c.Stream(t.Context(), func(_ context.Context, n int) iter.Seq2[int, error] { return upTo(n, nil) })
		got(t, "Stream", sum, err, "10")
		if err := c.Nested(t.Context(), func(g func(i int) error) error { return g(7) }); !errors.Is(err, tenon.OutOfRange) {
			t.Errorf("Nested: %v", err)
		}
	})
}

type subscriptionImpl struct {
	mu        sync.Mutex
	cancelled []string
}

func (i *subscriptionImpl) note(name string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.cancelled = append(i.cancelled, name)
	return nil
}
func (i *subscriptionImpl) Subscribe(_ context.Context, name string) (func() error, error) {
	if name == "" {
		return nil, errHere
	}
	return func() error { return i.note(name) }, nil
}
func (i *subscriptionImpl) Quiet(context.Context) (func(), error) {
	return func() { i.note("quiet") }, nil
}
func (i *subscriptionImpl) Counter(context.Context) (func(context.Context, int) (int, error), error) {
	n := 0
	return func(_ context.Context, by int) (int, error) { n += by; return n, nil }, nil
}

func TestSubscriptions(t *testing.T) {
	overEach(t, SubscriptionsService(func(context.Context, Config) (*subscriptionImpl, error) { return &subscriptionImpl{}, nil }), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseSubscriptions)
		cancel, err := c.Subscribe(t.Context(), "s")
		ok(t, "Subscribe", err)
		ok(t, "cancel", cancel())
		if cancel, err := c.Subscribe(t.Context(), ""); cancel != nil || err == nil {
			t.Errorf("Subscribe with an error: %v", err)
		}
		stop, err := c.Quiet(t.Context())
		ok(t, "Quiet", err)
		stop()
		next, err := c.Counter(t.Context())
		ok(t, "Counter", err)
		for range 3 {
			_, err = next(t.Context(), 2)
			ok(t, "next", err)
		}
		n, err := next(t.Context(), 0)
		got(t, "next", n, err, "6")
	})
}

type watcherImpl struct{ seen chan string }

func (w watcherImpl) Changed(_ context.Context, key string, value []byte) error {
	w.seen <- key + string(value)
	return nil
}
func (w watcherImpl) Done(context.Context) error { w.seen <- "done"; return nil }

type watchingImpl struct{}

func (watchingImpl) Watch(ctx context.Context, prefix string, w Watcher) (io.Closer, error) {
	if w == nil {
		return nil, nil
	}
	return closer{w}, w.Changed(ctx, prefix, []byte("!"))
}

type closer struct{ w Watcher }

func (c closer) Close() error { return c.w.Done(context.Background()) }

func TestWatching(t *testing.T) {
	overEach(t, WatchingService(func(context.Context, Config) (watchingImpl, error) { return watchingImpl{}, nil }), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseWatching)
		w := watcherImpl{make(chan string, 10)}
		end, err := c.Watch(t.Context(), "key", w)
		if err != nil {
			t.Fatal(err)
		}
		got(t, "Changed", <-w.seen, nil, "key!")
		ok(t, "Close", end.Close())
		got(t, "Done", <-w.seen, nil, "done")
		if end, err := c.Watch(t.Context(), "", nil); end != nil || err != nil {
			t.Errorf("a nil object: %v, %v", end, err)
		}
		nothingLeft(t, client)
		if len(w.seen) != 0 {
			t.Errorf("it was closed twice")
		}
	})
}

type foreignImpl struct{ texts []string }

func (foreignImpl) Fill(ctx context.Context, s other.Sink, n int) error {
	for i := range n {
		if err := s.Put(ctx, fmt.Sprint(i)); err != nil {
			return err
		}
	}
	return nil
}
func (i *foreignImpl) Sink(context.Context) (other.Sink, error) { return i, nil }
func (i *foreignImpl) Put(_ context.Context, text string) error {
	i.texts = append(i.texts, text)
	return nil
}
func (*foreignImpl) Text(_ context.Context, s fmt.Stringer) (string, error) {
	return s.String(), nil
}

type named string

func (n named) String() string { return string(n) }

func TestForeignObjects(t *testing.T) {
	overEach(t, ForeignObjectsService(func(context.Context, Config) (*foreignImpl, error) { return &foreignImpl{}, nil }), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseForeignObjects)
		here := &foreignImpl{}
		ok(t, "Fill", c.Fill(t.Context(), here, 3))
		got(t, "Fill", here.texts, nil, "[0 1 2]")
		there, err := c.Sink(t.Context())
		ok(t, "Sink", err)
		ok(t, "Put", there.Put(t.Context(), "there"))
		ok(t, "Fill", c.Fill(t.Context(), there, 1)) // it comes home
		s, err := c.Text(t.Context(), named("text"))
		got(t, "Text", s, err, "text")
	})
}

type nodeImpl struct {
	name     string
	children map[string]Node
	closed   int
}

func (n *nodeImpl) Name(context.Context) (string, error) { return n.name, nil }
func (n *nodeImpl) Child(_ context.Context, name string) (Node, error) {
	if c, ok := n.children[name]; ok {
		return c, nil
	}
	return &nodeImpl{name: name, children: map[string]Node{}}, nil
}
func (n *nodeImpl) Adopt(ctx context.Context, c Node) error {
	name, err := c.Name(ctx)
	n.children[name] = c
	return err
}
func (n *nodeImpl) Close() error { n.closed++; return nil }

func TestNode(t *testing.T) {
	overEach(t, NodeService(func(context.Context, Config) (*nodeImpl, error) {
		return &nodeImpl{name: "root", children: map[string]Node{}}, nil
	}), func(t *testing.T, client *tenon.Client) {
		root := dispense(t, client, DispenseNode)
		child, err := root.Child(t.Context(), "child")
		ok(t, "Child", err)
		name, err := child.Name(t.Context())
		got(t, "Name", name, err, "child")
		ok(t, "Adopt", root.Adopt(t.Context(), child))
		mine := &nodeImpl{name: "mine"}
		ok(t, "Adopt", root.Adopt(t.Context(), mine))
		back, err := root.Child(t.Context(), "mine")
		if err != nil || back != Node(mine) {
			t.Errorf("what came home is %v, %v", back, err)
		}
		ok(t, "Close", root.Close())
	})
}

type roomImpl struct {
	name   string
	closed chan string
	heard  []string
}

func (r *roomImpl) Say(_ context.Context, text string) error {
	r.heard = append(r.heard, text)
	return nil
}
func (r *roomImpl) Heard(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, s := range r.heard {
			if !yield(s, nil) {
				return
			}
		}
	}
}
func (r *roomImpl) Close() error { r.closed <- r.name; return nil }

type roomsImpl struct{ closed chan string }

func (i roomsImpl) Open(_ context.Context, name string) (Room, error) {
	if name == "" {
		return nil, nil
	}
	return &roomImpl{name: name, closed: i.closed}, nil
}
func (i roomsImpl) Two(context.Context) (a, b Room, names []string, err error) {
	return &roomImpl{name: "a", closed: i.closed}, &roomImpl{name: "b", closed: i.closed}, []string{"a", "b"}, nil
}
func (roomsImpl) Give(_ context.Context, r Room) (string, error) { return fmt.Sprintf("%T", r), nil }

// TestRooms holds that what a method returned is closed once, whether by its Close
// or by its release.
func TestRooms(t *testing.T) {
	closed := make(chan string, 10)
	overEach(t, RoomsService(func(context.Context, Config) (roomsImpl, error) { return roomsImpl{closed}, nil }), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseRooms)
		r, err := c.Open(t.Context(), "room")
		if err != nil {
			t.Fatal(err)
		}
		ok(t, "Say", r.Say(t.Context(), "hello"))
		text, err := collect(r.Heard(t.Context()))
		got(t, "Heard", text, err, "[hello]")
		where, err := c.Give(t.Context(), r)
		got(t, "Give", where, err, "*shapes.roomImpl")
		where, err = c.Give(t.Context(), &roomImpl{})
		got(t, "Give", where, err, "*shapes.roomsRoomClient")
		ok(t, "Close", r.Close())
		got(t, "Close", <-closed, nil, "room")
		none, err := c.Open(t.Context(), "")
		if none != nil || err != nil {
			t.Errorf("a nil object: %v, %v", none, err)
		}
		a, b, names, err := c.Two(t.Context())
		got(t, "Two", names, err, "[a b]")
		a.(interface{ TenonObject() *tenon.Object }).TenonObject().Close()
		got(t, "the release", <-closed, nil, "a")
		b.Close()
		got(t, "Close", <-closed, nil, "b")
		client.Close()
		if len(closed) > 0 {
			t.Errorf("closed twice: %s", <-closed)
		}
	})
}

type bareImpl struct{}

func (bareImpl) Do(ctx context.Context, target interface {
	Hit(ctx context.Context, n int) (int, error)
}) (int, error) {
	return target.Hit(ctx, 20)
}
func (bareImpl) Hit(_ context.Context, n int) (int, error) { return n + 1, nil }
func (bareImpl) Visit(_ context.Context, e Entry) (bool, error) {
	return e.Key == "k", nil
}
func (bareImpl) Entries(ctx context.Context, v Visitor[Entry]) (int, error) {
	ok, err := v.Visit(ctx, Entry{Key: "k"})
	return map[bool]int{true: 1}[ok], err
}
func (bareImpl) Numbers(context.Context, Visitor[int]) (int, error) { return 0, nil }
func (bareImpl) Get(context.Context) (string, error)                { return "got", nil }
func (bareImpl) Close() error                                       { return nil }

func newBare(context.Context, Config) (bareImpl, error) { return bareImpl{}, nil }

func TestObjectsOfAllKinds(t *testing.T) {
	overEach(t, BareService(newBare), func(t *testing.T, client *tenon.Client) {
		n, err := dispense(t, client, DispenseBare).Do(t.Context(), bareImpl{})
		got(t, "Do", n, err, "21")
	})
	overEach(t, VisitsService(newBare), func(t *testing.T, client *tenon.Client) {
		n, err := dispense(t, client, DispenseVisits).Entries(t.Context(), bareImpl{})
		got(t, "Entries", n, err, "1")
	})
	overEach(t, ClosingService(newBare), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseClosing)
		s, err := c.Get(t.Context())
		got(t, "Get", s, err, "got")
		ok(t, "Close", c.Close())
	})
}

type everythingImpl struct{}

func (everythingImpl) All(ctx context.Context, key string, r io.Reader, n int, w io.Writer, f func(int) error, o Watcher, seq iter.Seq2[int, error], ch <-chan int, more ...string) (Entry, io.ReadCloser, string, Watcher, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return Entry{}, nil, "", nil, err
	}
	sum, err := add(seq)
	if err != nil {
		return Entry{}, nil, "", nil, err
	}
	for n := range ch {
		sum += n
	}
	fmt.Fprint(w, "written")
	if err := errors.Join(f(n), o.Changed(ctx, key, text)); err != nil {
		return Entry{}, nil, "", nil, err
	}
	return Entry{Key: key, Size: int64(sum)}, io.NopCloser(strings.NewReader("result")), strings.Join(more, "+"), o, nil
}

func TestEverything(t *testing.T) {
	overEach(t, EverythingService(func(context.Context, Config) (everythingImpl, error) { return everythingImpl{}, nil }), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseEverything)
		w := watcherImpl{make(chan string, 10)}
		var out strings.Builder
		called := 0
		e, r, more, home, err := c.All(t.Context(), "key", strings.NewReader("text"), 7, &out, func(n int) error { called = n; return nil }, w, upTo(4, nil), sending(5, true), "x", "y")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		got(t, "All", []any{e.Key, e.Size, string(text), more, home == Watcher(w), out.String(), called, <-w.seen}, err, "[key 16 result x+y true written 7 keytext]")
	})
}
