package shapes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/tenontest"
	"github.com/tenon-dev/tenon/tools/internal/gen/shapes/other"
)

type manyImpl struct{}

func (manyImpl) Move(_ context.Context, from, to string, count int, force bool) (int, []string, error) {
	if count < 0 {
		return 1, []string{"dropped"}, tenon.Errorf(tenon.InvalidArgument, "%d", count)
	}
	return count, []string{from, to, fmt.Sprint(force)}, nil
}

func TestManyValues(t *testing.T) {
	overEach(t, ManyService(func(context.Context, Config) (manyImpl, error) { return manyImpl{}, nil }), func(t *testing.T, client *tenon.Client) {
		m, err := DispenseMany(t.Context(), client, "it", Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		n, left, err := m.Move(t.Context(), "a", "b", 3, true)
		got(t, "Move", []any{n, left}, err, "[3 [a b true]]")
		n, left, err = m.Move(t.Context(), "", "", -1, false)
		if n != 0 || left != nil || !errors.Is(err, tenon.InvalidArgument) {
			t.Errorf("Move with an error: %d, %v, %v", n, left, err)
		}
	})
}

type noContextImpl struct{ values map[string]string }

func (i noContextImpl) Get(key string) (string, error) { return i.values[key], nil }
func (i noContextImpl) Put(key, value string) error    { i.values[key] = value; return nil }
func (i noContextImpl) Touch() error                   { return errors.New("touched") }

func TestNoContext(t *testing.T) {
	service := NoContextService(func(_ context.Context, config Config) (NoContext, error) {
		return noContextImpl{map[string]string{"path": config.Path}}, nil
	})
	overEach(t, service, func(t *testing.T, client *tenon.Client) {
		c, err := DispenseNoContext(t.Context(), client, "it", Config{Path: "/data"})
		if err != nil {
			t.Fatal(err)
		}
		ok(t, "Put", c.Put("k", "v"))
		v, err := c.Get("k")
		got(t, "Get", v, err, "v")
		v, err = c.Get("path")
		got(t, "the configuration", v, err, "/data")
		if err := c.Touch(); err == nil || !strings.Contains(err.Error(), "touched") {
			t.Errorf("Touch: %v", err)
		}
		c.Close()
		if _, err := c.Get("k"); err == nil {
			t.Error("a closed client still answers")
		}
	})
}

type valuesImpl struct{}

func (valuesImpl) Join(_ context.Context, sep string, parts ...string) (string, error) {
	return strings.Join(parts, sep), nil
}

func (valuesImpl) Sum(_ context.Context, numbers ...int) (int, error) {
	sum := 0
	for _, n := range numbers {
		sum += n
	}
	return sum, nil
}

func (valuesImpl) All(_ context.Context, b bool, i int, i8 int8, i16 int16, i32 int32, i64 int64, u uint, u8 uint8, u16 uint16, u32 uint32, u64 uint64, f32 float32, f64 float64, s string, r rune, c byte) (bool, error) {
	want := fmt.Sprint(true, -1, -2, -3, -4, int64(-5), 1, 2, 3, 4, uint64(1<<64-1), float32(0.5), 0.25, "s", 'r', 'c')
	return fmt.Sprint(b, i, i8, i16, i32, i64, u, u8, u16, u32, u64, f32, f64, s, r, c) == want, nil
}
func (valuesImpl) Echo(_ context.Context, f float64) (float64, error) { return f, nil }

func (valuesImpl) ByValue(_ context.Context, e Entry) (Entry, error)     { return e, nil }
func (valuesImpl) ByPointer(_ context.Context, e *Entry) (*Entry, error) { return e, nil }
func (valuesImpl) Nested(_ context.Context, d Derived, t *Tree) (Derived, *Tree, error) {
	return d, t, nil
}
func (valuesImpl) Bare(_ context.Context, p struct{ X, Y int }) (struct{ Sum int }, error) {
	return struct{ Sum int }{p.X + p.Y}, nil
}

func (valuesImpl) Slices(_ context.Context, e []Entry, p []*Entry) ([][]int, error) {
	return [][]int{{len(e)}, {len(p), len(p[0].Key)}}, nil
}
func (valuesImpl) Arrays(_ context.Context, sum [32]byte) ([2]string, error) {
	return [2]string{fmt.Sprint(sum[0]), fmt.Sprint(sum[31])}, nil
}
func (valuesImpl) Maps(_ context.Context, m map[string][]int) (map[int]Entry, error) {
	return map[int]Entry{len(m): {Size: int64(m["a"][1])}}, nil
}
func (valuesImpl) Aliased(_ context.Context, a Alias) (Alias, error) { return a, nil }

func (valuesImpl) Page(_ context.Context, after string) (Page[Entry], error) {
	return Page[Entry]{Items: []Entry{{Key: after}}, Next: "n"}, nil
}
func (valuesImpl) Pairs(_ context.Context, p Pair[string, Page[int]]) ([]Pair[int, *Entry], error) {
	return []Pair[int, *Entry]{{p.Value.Items[0], &Entry{Key: p.Key}}}, nil
}

func (valuesImpl) At(_ context.Context, p other.Place, t time.Time) (*other.Place, error) {
	return &other.Place{X: p.Y, Y: float64(t.Year())}, nil
}
func (valuesImpl) Exact(_ context.Context, a netip.Addr, n *big.Int, raw json.RawMessage) (json.Number, error) {
	return json.Number(n.String()), nil
}

func (valuesImpl) Hide(_ context.Context, s Secret) (Secret, error) {
	return Secret{s.text + "!"}, nil
}
func (valuesImpl) Drop(_ context.Context, c Cached) (Cached, error) {
	return Cached{Text: fmt.Sprint(c.Text, c.cached)}, nil
}

func (valuesImpl) Load(_ context.Context, key string) (Entry, error)   { return Entry{Key: key}, nil }
func (valuesImpl) Save(context.Context, string, Entry) error           { return nil }
func (valuesImpl) Size(context.Context) (int, error)                   { return 5, nil }
func (valuesImpl) Get(_ context.Context, key string) ([]byte, error)   { return []byte(key), nil }
func (valuesImpl) Name(context.Context) (string, error)                { return "name", nil }
func (valuesImpl) Own(context.Context) error                           { return nil }
func (valuesImpl) Set(_ context.Context, _ string, v any) (any, error) { return v, nil }

// newValues makes a T for any configuration.
func newValues(context.Context, Config) (valuesImpl, error) { return valuesImpl{}, nil }

func dispense[C any](t *testing.T, client *tenon.Client, by func(context.Context, dispenser, string, Config) (C, error)) C {
	t.Helper()
	c, err := by(t.Context(), client, "", Config{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVariadic(t *testing.T) {
	overEach(t, VariadicService(newValues), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseVariadic)
		s, err := c.Join(t.Context(), "-", "a", "b", "c")
		got(t, "Join", s, err, "a-b-c")
		s, err = c.Join(t.Context(), "-")
		got(t, "Join of nothing", s, err, "")
		n, err := c.Sum(t.Context(), 1, 2, 3)
		got(t, "Sum", n, err, "6")
		n, err = c.Sum(t.Context())
		got(t, "Sum of nothing", n, err, "0")
	})
}

func TestBasics(t *testing.T) {
	overEach(t, BasicsService(newValues), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseBasics)
		all, err := c.All(t.Context(), true, -1, -2, -3, -4, -5, 1, 2, 3, 4, 1<<64-1, 0.5, 0.25, "s", 'r', 'c')
		got(t, "All", all, err, "true")
		f, err := c.Echo(t.Context(), 0.1)
		got(t, "Echo", f, err, "0.1")
	})
}

func TestStructs(t *testing.T) {
	overEach(t, StructsService(newValues), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseStructs)
		e, err := c.ByValue(t.Context(), Entry{Key: "k", Value: []byte{1}, Size: 2})
		got(t, "ByValue", e, err, "{Key:k Value:[1] Size:2}")
		p, err := c.ByPointer(t.Context(), &Entry{Key: "p"})
		if err != nil || p.Key != "p" {
			t.Errorf("ByPointer: %+v, %v", p, err)
		}
		d, tree, err := c.Nested(t.Context(), Derived{Base{7}, "d"}, &Tree{Name: "root", Children: []*Tree{{Name: "leaf"}}})
		got(t, "Nested", []any{d, tree.Children[0].Name}, err, "[{Base:{ID:7} Name:d} leaf]")
		sum, err := c.Bare(t.Context(), struct{ X, Y int }{2, 3})
		got(t, "Bare", sum, err, "{Sum:5}")
	})
}

func TestContainers(t *testing.T) {
	overEach(t, ContainersService(newValues), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseContainers)
		n, err := c.Slices(t.Context(), []Entry{{}, {}}, []*Entry{{Key: "abc"}})
		got(t, "Slices", n, err, "[[2] [1 3]]")
		a, err := c.Arrays(t.Context(), [32]byte{0: 1, 31: 9})
		got(t, "Arrays", a, err, "[1 9]")
		m, err := c.Maps(t.Context(), map[string][]int{"a": {1, 2}})
		got(t, "Maps", m, err, "map[1:{Key: Value:[] Size:2}]")
		al, err := c.Aliased(t.Context(), Alias{"x": {Key: "y"}})
		got(t, "Aliased", al["x"].Key, err, "y")
	})
}

func TestGenerics(t *testing.T) {
	overEach(t, GenericsService(newValues), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseGenerics)
		p, err := c.Page(t.Context(), "a")
		got(t, "Page", p.Items[0].Key+p.Next, err, "an")
		pairs, err := c.Pairs(t.Context(), Pair[string, Page[int]]{"k", Page[int]{Items: []int{4}}})
		if err != nil || len(pairs) != 1 || pairs[0].Key != 4 || pairs[0].Value.Key != "k" {
			t.Errorf("Pairs: %+v, %v", pairs, err)
		}
	})
	overEach(t, InstanceService(newValues), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseInstance)
		e, err := c.Load(t.Context(), "key")
		got(t, "Load", e.Key, err, "key")
		n, err := c.Size(t.Context())
		got(t, "Size", n, err, "5")
	})
}

func TestImported(t *testing.T) {
	overEach(t, ImportedService(newValues), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseImported)
		p, err := c.At(t.Context(), other.Place{Y: 2}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		got(t, "At", *p, err, "{X:2 Y:2026}")
		n, err := c.Exact(t.Context(), netip.MustParseAddr("::1"), big.NewInt(42), json.RawMessage(`{}`))
		got(t, "Exact", n, err, "42")
	})
}

func TestSelfEncoding(t *testing.T) {
	overEach(t, SelfEncodingService(newValues), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseSelfEncoding)
		s, err := c.Hide(t.Context(), Secret{"x"})
		got(t, "Hide", s.text, err, "x!")
		d, err := c.Drop(t.Context(), Cached{Text: "t", cached: 5})
		got(t, "Drop", d.Text, err, "t0")
	})
}

func TestEmbedding(t *testing.T) {
	overEach(t, EmbeddingService(newValues), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseEmbedding)
		b, err := c.Get(t.Context(), "key")
		got(t, "Get", string(b), err, "key")
		name, err := c.Name(t.Context())
		got(t, "Name", name, err, "name")
		ok(t, "Own", c.Own(t.Context()))
	})
}

type lostImpl struct{ notified chan string }

func (lostImpl) Len(context.Context) int                     { return 3 }
func (i lostImpl) Notify(event string)                       { i.notified <- event }
func (lostImpl) Must(context.Context, string) (string, bool) { return "must", true }
func (lostImpl) Enabled(l Level) bool                        { return l > 2 }
func (lostImpl) Position() (x, y int)                        { return 1, 2 }
func (lostImpl) Check()                                      {}

// TestLost holds what methods without an error give when the connection is lost.
func TestLost(t *testing.T) {
	impl := lostImpl{make(chan string, 10)}
	services := tenon.Services{
		"zero": LostZeroService(func(context.Context, Config) (LostZero, error) { return impl, nil }),
		"all":  LostAllService(func(context.Context, Config) (lostImpl, error) { return impl, nil }),
	}
	client := tenontest.Serve(t, services)
	zero, err := DispenseLostZero(t.Context(), client, "zero", Config{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := DispenseLostAll(t.Context(), client, "all", Config{})
	if err != nil {
		t.Fatal(err)
	}
	text := func() string {
		s, b := zero.Must(t.Context(), "")
		x, y := all.Position()
		return fmt.Sprint(zero.Len(t.Context()), s, b, all.Enabled(3), x, y)
	}
	if got := text(); got != "3musttrue true 1 2" {
		t.Errorf("before: %s", got)
	}
	zero.Notify("event")
	if e := <-impl.notified; e != "event" {
		t.Errorf("notified of %q", e)
	}
	client.Close()
	x, y := all.Position()
	if n := zero.Len(t.Context()); n != 0 || all.Enabled(3) || x != 0 || y != 0 {
		t.Errorf("after: %d, %d, %d", n, x, y)
	}
	zero.Notify("lost")
	for name, call := range map[string]func(){"Must": func() { zero.Must(t.Context(), "") }, "Check": all.Check} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || !errors.Is(err, tenon.Unavailable) && !errors.Is(err, tenon.ErrStopped) {
					t.Errorf("%s did not panic as it should: %v", name, err)
				}
			}()
			call()
		}()
	}
}
