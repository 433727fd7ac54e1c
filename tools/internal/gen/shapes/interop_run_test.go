package shapes

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/tenontest"
)

// dynamically makes a service of a value by reflection.
func dynamically[T any](v T) *tenon.Service {
	return dynamic.New(func(context.Context, Config) (T, error) { return v, nil })
}

// bothWays runs a test with a plugin that is generated and one that is served by
// reflection, over each codec.
func bothWays(t *testing.T, generated, reflected *tenon.Service, run func(t *testing.T, client *tenon.Client)) {
	t.Run("generated plugin", func(t *testing.T) { overEach(t, generated, run) })
	t.Run("reflected plugin", func(t *testing.T) { overEach(t, reflected, run) })
}

// TestInteropPlain holds that generated and reflected hosts call generated and
// reflected plugins, where everything is encoded.
func TestInteropPlain(t *testing.T) {
	newMany := func(context.Context, Config) (manyImpl, error) { return manyImpl{}, nil }
	bothWays(t, ManyService(newMany), dynamically(manyImpl{}), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseMany)
		n, left, err := c.Move(t.Context(), "a", "b", 3, true)
		got(t, "generated Move", []any{n, left}, err, "[3 [a b true]]")
		var bound struct {
			Move func(ctx context.Context, from, to string, count int, force bool) (int, []string, error)
		}
		ok(t, "Bind", dynamic.BindConfig(t.Context(), client, "it", Config{}, &bound))
		n, left, err = bound.Move(t.Context(), "a", "b", 3, true)
		got(t, "bound Move", []any{n, left}, err, "[3 [a b true]]")
	})
	bothWays(t, VariadicService(newValues), dynamically[Variadic](valuesImpl{}), func(t *testing.T, client *tenon.Client) {
		s, err := dispense(t, client, DispenseVariadic).Join(t.Context(), "-", "a", "b")
		got(t, "generated Join", s, err, "a-b")
		var bound struct {
			Join func(ctx context.Context, sep string, parts ...string) (string, error)
		}
		ok(t, "Bind", dynamic.BindConfig(t.Context(), client, "it", Config{}, &bound))
		s, err = bound.Join(t.Context(), "-", "a", "b")
		got(t, "bound Join", s, err, "a-b")
	})
}

// TestInteropStreams does so with sequences, one way and both ways.
func TestInteropStreams(t *testing.T) {
	bothWays(t, ListsService(newSeq), dynamically[Lists](seqImpl{}), func(t *testing.T, client *tenon.Client) {
		var bound struct {
			Range   func(ctx context.Context, from, to int) iter.Seq2[int, error]
			Checked func(ctx context.Context, name string) iter.Seq2[int, error]
		}
		ok(t, "Bind", dynamic.BindConfig(t.Context(), client, "it", Config{}, &bound))
		c := dispense(t, client, DispenseLists)
		for who, seq := range map[string]iter.Seq2[int, error]{"generated": c.Range(t.Context(), 1, 4), "bound": bound.Range(t.Context(), 1, 4), "bound Checked": bound.Checked(t.Context(), "abc")} {
			text, err := collect(seq)
			got(t, who, text, err, "[0 1 2]")
		}
	})
	newDuet := func(context.Context, Config) (duetImpl, error) { return duetImpl{}, nil }
	bothWays(t, DuetsService(newDuet), dynamically[Duets](duetImpl{}), func(t *testing.T, client *tenon.Client) {
		var bound struct {
			Double func(ctx context.Context, numbers iter.Seq2[int, error]) iter.Seq2[int, error]
		}
		ok(t, "Bind", dynamic.BindConfig(t.Context(), client, "it", Config{}, &bound))
		c := dispense(t, client, DispenseDuets)
		for who, double := range map[string]func(context.Context, iter.Seq2[int, error]) iter.Seq2[int, error]{"generated": c.Double, "bound": bound.Double} {
			text, err := collect(double(t.Context(), upTo(3, nil)))
			got(t, who, text, err, "[0 2 4]")
		}
	})
	newUp := func(context.Context, Config) (upImpl, error) { return upImpl{}, nil }
	bothWays(t, UploadsService(newUp), dynamically[Uploads](upImpl{}), func(t *testing.T, client *tenon.Client) {
		var bound struct {
			Sum func(ctx context.Context, numbers iter.Seq2[int, error]) (int, error)
			Two func(ctx context.Context, a iter.Seq2[int, error], b iter.Seq[string]) (int, error)
		}
		ok(t, "Bind", dynamic.BindConfig(t.Context(), client, "it", Config{}, &bound))
		c := dispense(t, client, DispenseUploads)
		for who, sum := range map[string]func(context.Context, iter.Seq2[int, error]) (int, error){"generated": c.Sum, "bound": bound.Sum} {
			n, err := sum(t.Context(), upTo(10, nil))
			got(t, who, n, err, "45")
		}
		n, err := bound.Two(t.Context(), upTo(3, nil), func(yield func(string) bool) { yield("x") })
		got(t, "bound Two", n, err, "4")
	})
}

// TestInteropChannels holds that channels are sequences to who knows none.
func TestInteropChannels(t *testing.T) {
	newChan := func(context.Context, Config) (chanImpl, error) { return chanImpl{}, nil }
	overEach(t, ChannelsService(newChan), func(t *testing.T, client *tenon.Client) {
		var bound struct {
			Sum    func(ctx context.Context, numbers iter.Seq2[int, error]) (int, error)
			Double func(ctx context.Context, numbers iter.Seq2[int, error]) iter.Seq2[int, error]
		}
		ok(t, "Bind", dynamic.BindConfig(t.Context(), client, "it", Config{}, &bound))
		n, err := bound.Sum(t.Context(), upTo(10, nil))
		got(t, "bound Sum", n, err, "45")
		text, err := collect(bound.Double(t.Context(), upTo(3, nil)))
		got(t, "bound Double", text, err, "[0 2 4]")
	})
	overEach(t, SinksService(newChan), func(t *testing.T, client *tenon.Client) {
		var bound struct {
			Watch func(ctx context.Context, prefix string) iter.Seq2[Entry, error]
			Feed  func(ctx context.Context, in iter.Seq2[int, error]) iter.Seq2[int, error]
		}
		ok(t, "Bind", dynamic.BindConfig(t.Context(), client, "it", Config{}, &bound))
		text, err := collect(bound.Watch(t.Context(), "k"))
		got(t, "bound Watch", text, err, "[{k0 [] 0} {k1 [] 0} {k2 [] 0}]")
		numbers, err := collect(bound.Feed(t.Context(), upTo(3, nil)))
		got(t, "bound Feed", numbers, err, "[1 2 3]")
	})
}

// reflectedEverything is what a plugin without generated code has for Everything.
type reflectedEverything struct{}

type watcherFuncs struct {
	dynamic.Ref
	Changed func(ctx context.Context, key string, value []byte) error
	Done    func(ctx context.Context) error
}

func (reflectedEverything) All(ctx context.Context, key string, r io.Reader, n int, w io.Writer, f func(int) error, o *watcherFuncs, seq, more iter.Seq2[int, error], rest ...string) (Entry, io.ReadCloser, string, *watcherFuncs, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return Entry{}, nil, "", nil, err
	}
	sum := 0
	for _, s := range []iter.Seq2[int, error]{seq, more} {
		n, err := add(s)
		if err != nil {
			return Entry{}, nil, "", nil, err
		}
		sum += n
	}
	fmt.Fprint(w, "written")
	if err := f(n); err != nil {
		return Entry{}, nil, "", nil, err
	}
	if err := o.Changed(ctx, key, text); err != nil {
		return Entry{}, nil, "", nil, err
	}
	return Entry{Key: key, Size: int64(sum)}, io.NopCloser(strings.NewReader("result")), strings.Join(rest, "+"), o, nil
}

// TestInteropLive does so with live values of all kinds in one call, in all four
// pairings.
func TestInteropLive(t *testing.T) {
	newEverything := func(context.Context, Config) (everythingImpl, error) { return everythingImpl{}, nil }
	bothWays(t, EverythingService(newEverything), dynamically(reflectedEverything{}), func(t *testing.T, client *tenon.Client) {
		const want = "[key 16 result x+y true written 7 keytext]"
		w := watcherImpl{make(chan string, 10)}
		var out strings.Builder
		called := 0
		note := func(n int) error { called = n; return nil }
		c := dispense(t, client, DispenseEverything)
		e, r, more, home, err := c.All(t.Context(), "key", strings.NewReader("text"), 7, &out, note, w, upTo(4, nil), sending(5, true), "x", "y")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		got(t, "generated All", []any{e.Key, e.Size, string(text), more, home == Watcher(w), out.String(), called, <-w.seen}, err, want)

		var bound struct {
			All func(ctx context.Context, key string, r io.Reader, n int, w io.Writer, f func(int) error, o *watcherFuncs, seq, more iter.Seq2[int, error], rest ...string) (Entry, io.ReadCloser, string, *watcherFuncs, error)
		}
		ok(t, "Bind", dynamic.BindConfig(t.Context(), client, "it", Config{}, &bound))
		out.Reset()
		funcs := &watcherFuncs{Changed: w.Changed, Done: w.Done}
		e, r, more, back, err := bound.All(t.Context(), "key", strings.NewReader("text"), 7, &out, note, funcs, upTo(4, nil), upTo(5, nil), "x", "y")
		if err != nil {
			t.Fatal(err)
		}
		text, err = io.ReadAll(r)
		got(t, "bound All", []any{e.Key, e.Size, string(text), more, back == funcs, out.String(), called, <-w.seen}, err, want)
	})
}

// TestInteropObjects holds that objects cross between generated and reflected code,
// and are closed once.
func TestInteropObjects(t *testing.T) {
	closed := make(chan string, 10)
	newRooms := func(context.Context, Config) (roomsImpl, error) { return roomsImpl{closed}, nil }
	overEach(t, RoomsService(newRooms), func(t *testing.T, client *tenon.Client) {
		type roomFuncs struct {
			Say   func(ctx context.Context, text string) error
			Heard func(ctx context.Context) iter.Seq2[string, error]
			Close func() error
		}
		var bound struct {
			Open func(ctx context.Context, name string) (*roomFuncs, error)
		}
		ok(t, "Bind", dynamic.BindConfig(t.Context(), client, "it", Config{}, &bound))
		r, err := bound.Open(t.Context(), "bound")
		if err != nil {
			t.Fatal(err)
		}
		ok(t, "Say", r.Say(t.Context(), "hello"))
		text, err := collect(r.Heard(t.Context()))
		got(t, "Heard", text, err, "[hello]")
		ok(t, "Close", r.Close())
		got(t, "Close", <-closed, nil, "bound")
		client.Close()
		if len(closed) > 0 {
			t.Error("it was closed twice")
		}
	})
	overEach(t, dynamically(watchingFuncs{}), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseWatching)
		w := watcherImpl{make(chan string, 10)}
		end, err := c.Watch(t.Context(), "key", w)
		if err != nil {
			t.Fatal(err)
		}
		got(t, "Changed", <-w.seen, nil, "key!")
		ok(t, "Close", end.Close())
		got(t, "Done", <-w.seen, nil, "done")
	})
}

// watchingFuncs is Watching by reflection.
type watchingFuncs struct{}

func (watchingFuncs) Watch(ctx context.Context, prefix string, w *watcherFuncs) (io.Closer, error) {
	if err := w.Changed(ctx, prefix, []byte("!")); err != nil {
		return nil, err
	}
	return watchEnd{w}, nil
}

type watchEnd struct{ w *watcherFuncs }

func (e watchEnd) Close() error { return e.w.Done(context.Background()) }

// TestCatalogue holds what people see of a generated service.
func TestCatalogue(t *testing.T) {
	client := tenontest.Serve(t, tenon.Services{
		"many": ManyService(func(context.Context, Config) (Many, error) { return manyImpl{}, nil }),
		"one":  OneService(newValues),
	})
	c, err := client.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	many, one := c.Services[0], c.Services[1]
	if many.Interface != "Many" || many.Doc != "Many has many of both." || many.Config.Name != "Config" {
		t.Errorf("%+v", many)
	}
	if text := many.Methods[0].String(); !strings.HasPrefix(text, "Move(from string, to string, count int, force bool) ") {
		t.Errorf("%s", text)
	}
	if m := one.Methods[0]; m.String() != "Get(key string) []byte" || m.Doc != "Get returns the value under key." {
		t.Errorf("%s: %s", m, m.Doc)
	}
}
