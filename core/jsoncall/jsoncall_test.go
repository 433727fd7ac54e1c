package jsoncall_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/jsoncall"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/tenontest"
)

type base struct{ ID uint8 }

type everything struct {
	base
	Name   string            `json:"name"`
	Tags   []string          `json:"tags,omitempty"`
	Raw    []byte            `json:"raw"`
	Hash   [2]byte           `json:"hash"`
	Triple [3]float32        `json:"triple"`
	ByID   map[int]*leaf     `json:"by_id"`
	Sizes  map[string]uint64 `json:"sizes"`
	When   time.Time         `json:"when"`
	Took   time.Duration     `json:"took"`
	Next   *everything       `json:"next"`
	Any    any               `json:"any"`
	Addr   netip.Addr        `json:"addr"`
	Big    *big.Int          `json:"big"`
	Flag   *bool             `json:"flag"`
}

type leaf struct {
	A int8   `json:"a"`
	B string `json:"b"`
}

// store is served, by reflection.
type store struct{}

func (store) Ping() string                         { return "pong" }
func (store) Nothing()                             {}
func (store) Echo(e everything) everything         { return e }
func (store) Add(a, b int) int                     { return a + b }
func (store) Text(key string) string               { return "<" + key + ">" }
func (store) Fail(string) (string, error)          { return "", rpc.Errorf(rpc.NotFound, "no such key") }
func (store) Wait(ctx context.Context) error       { <-ctx.Done(); return ctx.Err() }
func (store) Meta(ctx context.Context) string      { return tenon.MetadataFrom(ctx)["who"] }
func (store) Each(f func(int)) error               { return nil }
func (store) Open(s string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
func (store) Upper(w io.Writer, r io.Reader) (int, error) {
	b, err := io.ReadAll(r)
	if err == nil {
		_, err = w.Write(bytes.ToUpper(b))
	}
	return len(b), err
}
func (store) Count(to int) iter.Seq2[leaf, error] {
	return func(yield func(leaf, error) bool) {
		for i := range to {
			if i == 5 {
				yield(leaf{}, rpc.Errorf(rpc.OutOfRange, "five is too many"))
				return
			}
			if !yield(leaf{A: int8(i), B: fmt.Sprint(i)}, nil) {
				return
			}
		}
	}
}
func (store) Sum(values iter.Seq2[int, error]) (int, error) {
	sum := 0
	for v, err := range values {
		if err != nil {
			return 0, err
		}
		sum += v
	}
	return sum, nil
}
func (store) Double(values iter.Seq2[int, error]) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for v, err := range values {
			if !yield(2*v, err) || err != nil {
				return
			}
		}
	}
}

type config struct {
	Path string `json:"path"`
	Size int    `json:"size"`
}

func newObject(t *testing.T) *jsoncall.Object {
	t.Helper()
	leak.Check(t)
	client := tenontest.Serve(t, tenon.Services{"kv": dynamic.Service(store{})})
	return dispense(t, client, "kv", nil)
}

func dispense(t *testing.T, client *tenon.Client, service string, cfg []byte) *jsoncall.Object {
	t.Helper()
	c, err := client.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o, err := jsoncall.Target{From: client, Catalogue: c, Codecs: client.Info().Codecs}.Dispense(t.Context(), service, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

func values(list ...string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, v := range list {
			if !yield([]byte(v), nil) {
				return
			}
		}
	}
}

const full = `{"ID":7,"name":"n","tags":["a","b"],"raw":"AAE=","hash":[1,2],"triple":[1,2.5,3],"by_id":{"-1":{"a":-1,"b":"x"},"2":null},` +
	`"sizes":{"s":18446744073709551615},"when":"2026-01-02T03:04:05.000000006Z","took":1500000000,` +
	`"next":{"ID":8,"addr":"","any":null,"big":null,"by_id":null,"flag":null,"hash":[0,0],"name":"inner","next":null,"raw":null,"sizes":{},"took":0,"triple":[0,0,0],"when":"0001-01-01T00:00:00Z"},` +
	`"any":{"x":[1,2.5,"y",null,true]},"addr":"10.0.0.1","big":123456789012345678901234567890,"flag":true}`

func TestUnary(t *testing.T) {
	o := newObject(t)
	for _, c := range []struct{ method, args, want string }{
		{"Ping", "", `"pong"`},
		{"Ping", "{}", `"pong"`},
		{"Nothing", "null", ``},
		{"Add", `{"a0":1,"a1":2}`, `3`},
		{"Add", `[40,2]`, `42`},
		{"Text", `"k"`, `"<k>"`},
		{"Echo", full, full},
	} {
		got, err := o.Do(t.Context(), c.method, jsoncall.Exchange{Args: []byte(c.args)})
		if err != nil || string(got) != c.want {
			t.Errorf("%s(%s):\n got %s, %v\nwant %s", c.method, c.args, got, err, c.want)
		}
	}
	got, err := o.Do(t.Context(), "Echo", jsoncall.Exchange{Args: []byte(`{"took":"1.5s","hash":"AQI="}`)})
	if err != nil || !strings.Contains(string(got), `"took":1500000000`) || !strings.Contains(string(got), `"hash":[1,2]`) {
		t.Errorf("other ways to write: %s, %v", got, err)
	}
}

func TestWrongArguments(t *testing.T) {
	o := newObject(t)
	for _, c := range []struct{ method, args, want string }{
		{"Text", `1`, `arguments: expected a text, found the number 1`},
		{"Text", ``, `arguments: expected a text, found nothing`},
		{"Text", `{"key":"x"}`, `arguments: expected a text, found an object with key`},
		{"Text", `null`, `arguments: expected a text, found null`},
		{"Add", `{"a0":1}`, `arguments.a1: expected int (a whole number), found nothing`},
		{"Add", `{"a0":1,"a1":1.5}`, `arguments.a1: expected int (a whole number), found the number 1.5`},
		{"Add", `[1]`, `arguments: expected an object with a0, a1, or a list of 2, found a list of 1`},
		{"Ping", `7`, `arguments: expected none, found the number 7`},
		{"Echo", `{"ID":256}`, `arguments.ID: expected uint8 (a whole number from 0 to 255), found the number 256`},
		{"Echo", `{"by_id":{"2":{"a":128}}}`, `arguments.by_id["2"].a: expected int8 (a whole number from -128 to 127), found the number 128`},
		{"Echo", `{"by_id":{"x":{}}}`, `the key of arguments.by_id["x"]: expected int (a whole number), found the number x`},
		{"Echo", `{"next":{"next":{"raw":"?"}}}`, `arguments.next.next.raw: expected bytes, as base64, found the text "?": as text it would be Pw==`},
		{"Echo", `{"hash":[1]}`, `arguments.hash: expected 2 bytes, as base64, found a list of 1: these are 1 bytes`},
		{"Echo", `{"triple":[1]}`, `arguments.triple: expected a list of 3, []float32, found a list of 1`},
		{"Echo", `{"tags":["a",2]}`, `arguments.tags[1]: expected a text, found the number 2`},
		{"Echo", `{"when":"yesterday"}`, `arguments.when: expected a time such as "2006-01-02T15:04:05Z", found the text "yesterday"`},
		{"Echo", `{"took":"soon"}`, `arguments.took: expected a duration such as "1.5s", or nanoseconds, found the text "soon"`},
		{"Echo", `{"nmae":"x"}`, `arguments: expected an object, everything, found the field "nmae": did you mean "name"?`},
		{"Echo", `{"flag":1}`, `arguments.flag: expected true or false, found the number 1`},
	} {
		_, err := o.Do(t.Context(), c.method, jsoncall.Exchange{Args: []byte(c.args)})
		var wrong *jsoncall.TypeError
		if !errors.As(err, &wrong) || err.Error() != c.want {
			t.Errorf("%s(%s):\n got %v\nwant %s", c.method, c.args, err, c.want)
		}
	}
	for args, want := range map[string]string{
		`{`: "it ends too early", `{"a":1}}`: "something follows", ` `: "it is empty", `{a:1}`: "invalid character",
		strings.Repeat("[", 2000) + strings.Repeat("]", 2000): "nested deeper",
	} {
		_, err := o.Do(t.Context(), "Echo", jsoncall.Exchange{Args: []byte(args)})
		if wrong := (*jsoncall.SyntaxError)(nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: %v, which does not say %q", args, err, want)
		}
	}
}

func TestErrorsOfThePlugin(t *testing.T) {
	o := newObject(t)
	if _, err := o.Do(t.Context(), "Fail", jsoncall.Exchange{Args: []byte(`"k"`)}); !errors.Is(err, rpc.NotFound) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := o.Do(ctx, "Wait", jsoncall.Exchange{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if got, err := o.Do(tenon.WithMetadata(t.Context(), tenon.Metadata{"who": "me"}), "Meta", jsoncall.Exchange{}); string(got) != `"me"` {
		t.Errorf("metadata: %s, %v", got, err)
	}
}

func TestUnknownNames(t *testing.T) {
	o := newObject(t)
	var unknown *jsoncall.UnknownError
	if _, err := o.Do(t.Context(), "Pnig", jsoncall.Exchange{}); !errors.As(err, &unknown) || unknown.Nearest != "Ping" {
		t.Errorf("got %v", err)
	}
	c := rpc.Describe(map[string]*rpc.Service{"kv": dynamic.Service(store{})}, "", nil)
	for name, want := range map[string]string{
		"kv.Pong":     `the plugin has no method "kv.Pong": did you mean "kv.Ping"?`,
		"vk.Ping":     `the plugin has no method "vk.Ping": did you mean "kv.Ping"?`,
		"Pinng":       `the plugin has no method "Pinng": did you mean "kv.Ping"?`,
		"x.y.Zzzzzzz": `the plugin has no method "x.y.Zzzzzzz": it has kv.Add, `,
	} {
		if _, _, err := jsoncall.Find(c, name); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"kv.Ping", "Ping"} {
		if s, m, err := jsoncall.Find(c, name); err != nil || s.Name != "kv" || m.Name != "Ping" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := jsoncall.Find(&rpc.Catalogue{}, "a.B"); err == nil || !strings.HasSuffix(err.Error(), "it has none") {
		t.Errorf("got %v", err)
	}
}

func TestStreams(t *testing.T) {
	o := newObject(t)
	collect := func(method string, x jsoncall.Exchange) (string, string, error) {
		var got []string
		x.Out = func(v []byte) error { got = append(got, string(v)); return nil }
		result, err := o.Do(t.Context(), method, x)
		return strings.Join(got, " "), string(result), err
	}
	if got, _, err := collect("Count", jsoncall.Exchange{Args: []byte("2")}); err != nil || got != `{"a":0,"b":"0"} {"a":1,"b":"1"}` {
		t.Errorf("Count: %s, %v", got, err)
	}
	if got, _, err := collect("Count", jsoncall.Exchange{Args: []byte("9")}); !errors.Is(err, rpc.OutOfRange) || strings.Count(got, "{") != 5 {
		t.Errorf("Count that breaks: %s, %v", got, err)
	}
	if _, result, err := collect("Sum", jsoncall.Exchange{In: values("1", " 2", "39")}); err != nil || result != "42" {
		t.Errorf("Sum: %s, %v", result, err)
	}
	if _, result, err := collect("Sum", jsoncall.Exchange{}); err != nil || result != "0" {
		t.Errorf("Sum of nothing: %s, %v", result, err)
	}
	if got, _, err := collect("Double", jsoncall.Exchange{In: values("1", "2")}); err != nil || got != "2 4" {
		t.Errorf("Double: %s, %v", got, err)
	}
	for in, want := range map[string]string{
		`"x"`: `value 2 of the stream: expected int (a whole number), found the text "x"`, `{`: `value 2 of the stream: this is no JSON: it ends too early`,
	} {
		for _, method := range []string{"Sum", "Double"} {
			if _, _, err := collect(method, jsoncall.Exchange{In: values("1", in)}); err == nil || err.Error() != want {
				t.Errorf("%s: %v", method, err)
			}
		}
	}
	full := errors.New("no more")
	if _, err := o.Do(t.Context(), "Count", jsoncall.Exchange{Args: []byte("3"), Out: func([]byte) error { return full }}); err != full {
		t.Errorf("a consumer that fails: %v", err)
	}
}

func TestLiveValues(t *testing.T) {
	o := newObject(t)
	var out bytes.Buffer
	got, err := o.Do(t.Context(), "Upper", jsoncall.Exchange{Reader: strings.NewReader("hello"), Writer: &out})
	if err != nil || string(got) != "5" || out.String() != "HELLO" {
		t.Errorf("Upper: %s, %q, %v", got, &out, err)
	}
	out.Reset()
	if _, err := o.Do(t.Context(), "Open", jsoncall.Exchange{Args: []byte(`"text"`), Writer: &out}); err != nil || out.String() != "text" {
		t.Errorf("Open: %q, %v", &out, err)
	}
	if got, err := o.Do(t.Context(), "Upper", jsoncall.Exchange{}); err != nil || string(got) != "0" {
		t.Errorf("Upper of nothing: %s, %v", got, err)
	}
	var cannot *jsoncall.UnsupportedError
	if _, err := o.Do(t.Context(), "Each", jsoncall.Exchange{}); !errors.As(err, &cannot) || !strings.Contains(err.Error(), "it takes a callback") {
		t.Errorf("Each: %v", err)
	}
}

func TestPrepared(t *testing.T) {
	o := newObject(t)
	for method, c := range map[string]struct {
		args string
		want int
	}{"Text": {`"x"`, 1}, "Count": {"3", 3}, "Ping": {"", 1}} {
		p, err := o.Prepare(method, []byte(c.args))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if n, err := p.Do(t.Context()); n != c.want || err != nil {
				t.Errorf("%s: %d, %v", method, n, err)
			}
		}
	}
	var cannot *jsoncall.UnsupportedError
	if _, err := o.Prepare("Sum", nil); !errors.As(err, &cannot) {
		t.Errorf("Sum: %v", err)
	}
	if _, err := o.Prepare("Text", []byte("1")); err == nil {
		t.Error("wrong arguments are prepared")
	}
}

func TestConfiguration(t *testing.T) {
	leak.Check(t)
	client := tenontest.Serve(t, tenon.Services{
		"cfg": dynamic.New(func(_ context.Context, c config) (interface{ Path() string }, error) { return path{c}, nil }),
		"kv":  dynamic.Service(store{}),
	})
	o := dispense(t, client, "cfg", []byte(`{"path":"p","size":3}`))
	if got, err := o.Do(t.Context(), "Path", jsoncall.Exchange{}); err != nil || string(got) != `"p3"` {
		t.Errorf("%s, %v", got, err)
	}
	c, err := client.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ service, config, want string }{
		{"cfg", `{"path":3}`, `the configuration.path: expected a text, found the number 3`},
		{"cfg", `{`, `the configuration: this is no JSON: it ends too early`},
		{"kv", `{}`, `the service "kv" takes none`},
		{"kw", ``, `the plugin has no service "kw": did you mean "kv"?`},
	} {
		_, err := jsoncall.Target{From: client, Catalogue: c}.Dispense(t.Context(), x.service, []byte(x.config))
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%+v: %v", x, err)
		}
	}
}

type path struct{ c config }

func (p path) Path() string { return fmt.Sprint(p.c.Path, p.c.Size) }

type two struct {
	A0 string `json:"a0"`
	A1 leaf   `json:"a1"`
}

// A method that was generated knows what people call its arguments.
func TestNamesOfArguments(t *testing.T) {
	leak.Check(t)
	unary := func(name string, of func(string) string) rpc.Handler[store] {
		return rpc.Handle(rpc.Method[string, string]{Name: name}, func(_ store, _ context.Context, s string) (string, error) { return of(s), nil })
	}
	client := tenontest.Serve(t, tenon.Services{"kv": rpc.NewService(
		func(context.Context, struct{}) (store, error) { return store{}, nil },
		unary("One", strings.ToUpper).Names("key"),
		rpc.Handle(rpc.Method[leaf, string]{Name: "Leaf"}, func(_ store, _ context.Context, l leaf) (string, error) { return l.B, nil }).Names("b"),
		rpc.Handle(rpc.Method[leaf, string]{Name: "Other"}, func(_ store, _ context.Context, l leaf) (string, error) { return l.B, nil }).Names("value"),
		rpc.Handle(rpc.Method[two, string]{Name: "Two"}, func(_ store, _ context.Context, t two) (string, error) { return t.A0 + t.A1.B, nil }).Names("key", "value"),
		rpc.Handle(rpc.Method[map[string]string, int]{Name: "Map"}, func(_ store, _ context.Context, m map[string]string) (int, error) { return len(m), nil }).Names("m"),
	)})
	o := dispense(t, client, "kv", nil)
	for _, c := range []struct{ method, args, want string }{
		{"One", `"k"`, `"K"`},
		{"One", `{"key":"k"}`, `"K"`},
		{"Leaf", `{"b":"itself"}`, `"itself"`},
		{"Other", `{"b":"itself"}`, `"itself"`},
		{"Other", `{"value":{"b":"inside"}}`, `"inside"`},
		{"Map", `{"m":"x"}`, `1`},
		{"Two", `{"key":"k","value":{"b":"v"}}`, `"kv"`},
		{"Two", `{"a0":"k","a1":{"b":"v"}}`, `"kv"`},
		{"Two", `["k",{"b":"v"}]`, `"kv"`},
		{"Two", `{"key":"k"}`, `arguments.value: expected an object, leaf, found nothing`},
		{"Two", `{"key":"k","value":{"b":7}}`, `arguments.value.b: expected a text, found the number 7`},
		{"Two", `7`, `arguments: expected an object with key, value, or a list of 2, found the number 7`},
		{"One", `{"kee":"k"}`, `arguments: expected a text, found an object with kee`},
		{"One", `{"key":1}`, `arguments.key: expected a text, found the number 1`},
		{"Other", `{"value":{"a":"x"}}`, `arguments.value.a: expected int8 (a whole number from -128 to 127), found the text "x"`},
	} {
		got, err := o.Do(t.Context(), c.method, jsoncall.Exchange{Args: []byte(c.args)})
		if err != nil {
			got = []byte(err.Error())
		}
		if string(got) != c.want {
			t.Errorf("%s(%s): got %s, want %s", c.method, c.args, got, c.want)
		}
	}
}
