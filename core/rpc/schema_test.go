package rpc

import (
	"encoding/json"
	"math/big"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
)

type testShape struct {
	Plain    string
	Renamed  int16 `json:"renamed,omitempty"`
	Hidden   bool  `json:"-"`
	unseen   bool  //lint:ignore U1000 that it is not described is the test
	When     time.Time
	Took     time.Duration `json:"took"`
	Raw      []byte
	Hash     [4]byte
	List     []*testLeaf
	Triple   [3]float32
	ByName   map[string]testLeaf
	Anything any
	Address  netip.Addr
	Big      *big.Int // whose methods are on its pointer
	Message  json.RawMessage
	testEmbedded
	Named testEmbedded `json:"named"`
	Next  *testShape   `json:"next,omitempty"`
	Color testColor
}

type testLeaf struct{ A, B uint8 }

type testEmbedded struct{ Inner string }

type testColor uint8

// Types that contain themselves without a struct between.
type (
	testTree  []testTree
	testGraph map[string]testGraph
	testLoop  *testLoop
	testMixed []map[string]*testMixed
)

func TestTypeOf(t *testing.T) {
	b, err := json.Marshal(TypeOf(reflect.TypeFor[testShape]()))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"kind":"struct","name":"testShape","fields":[` +
		`{"name":"Plain","type":{"kind":"string"}},` +
		`{"name":"renamed","go":"Renamed","type":{"kind":"int","bits":16},"optional":true},` +
		`{"name":"When","type":{"kind":"time"}},` +
		`{"name":"took","go":"Took","type":{"kind":"duration"}},` +
		`{"name":"Raw","type":{"kind":"bytes"}},` +
		`{"name":"Hash","type":{"kind":"bytes","len":4}},` +
		`{"name":"List","type":{"kind":"list","elem":{"kind":"struct","name":"testLeaf","optional":true,"fields":[{"name":"A","type":{"kind":"uint","bits":8}},{"name":"B","type":{"kind":"uint","bits":8}}]}}},` +
		`{"name":"Triple","type":{"kind":"list","len":3,"elem":{"kind":"float","bits":32}}},` +
		`{"name":"ByName","type":{"kind":"map","key":{"kind":"string"},"elem":{"kind":"struct","name":"testLeaf","fields":[{"name":"A","type":{"kind":"uint","bits":8}},{"name":"B","type":{"kind":"uint","bits":8}}]}}},` +
		`{"name":"Anything","type":{"kind":"any"}},` +
		`{"name":"Address","type":{"kind":"text","name":"netip.Addr"}},` +
		`{"name":"Big","type":{"kind":"text","name":"big.Int","optional":true}},` +
		`{"name":"Message","type":{"kind":"opaque","name":"json.RawMessage"}},` +
		`{"name":"Inner","go":"testEmbedded.Inner","type":{"kind":"string"}},` +
		`{"name":"named","go":"Named","type":{"kind":"struct","name":"testEmbedded","fields":[{"name":"Inner","type":{"kind":"string"}}]}},` +
		`{"name":"next","go":"Next","type":{"kind":"struct","name":"testShape","optional":true,"again":true},"optional":true},` +
		`{"name":"Color","type":{"kind":"uint","name":"testColor","bits":8}}]}`
	if string(b) != want {
		t.Errorf("got\n%s\nwant\n%s", b, want)
	}
	var back Type
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(&back, TypeOf(reflect.TypeFor[testShape]())) {
		t.Errorf("it does not come back: %v", err)
	}
	if TypeOf(nil) != nil || TypeOf(reflect.TypeFor[struct{}]()) != nil {
		t.Error("nothing is described")
	}
}

// Whatever passes a codec can be described: the peer asks for it.
func TestTypesOfThemselves(t *testing.T) {
	json := jsoncodec.New()
	for _, typ := range []reflect.Type{
		reflect.TypeFor[testTree](), reflect.TypeFor[testGraph](), reflect.TypeFor[testLoop](), reflect.TypeFor[testMixed](),
		reflect.TypeFor[struct{ T testTree }](),
	} {
		d := TypeOf(typ)
		if d == nil || d.Kind == "" || d.String() == "" {
			t.Errorf("%v is described as %+v (json says %v)", typ, d, json.Check(typ))
		}
	}
	if got := TypeOf(reflect.TypeFor[testTree]()); got.Kind != "list" || !got.Elem.Again || got.Elem.Name != "testTree" {
		t.Errorf("got %+v", got)
	}
}

func TestTypeString(t *testing.T) {
	for _, c := range []struct {
		typ  reflect.Type
		want string
	}{
		{nil, "nothing"},
		{reflect.TypeFor[[]byte](), "[]byte"},
		{reflect.TypeFor[map[string][]int32](), "map[string][]int32"},
		{reflect.TypeFor[*testLeaf](), "*testLeaf"},
		{reflect.TypeFor[float64](), "float64"},
		{reflect.TypeFor[float32](), "float32"},
		{reflect.TypeFor[int](), "int"},
		{reflect.TypeFor[uint8](), "uint8"},
		{reflect.TypeFor[time.Time](), "time.Time"},
		{reflect.TypeFor[time.Duration](), "time.Duration"},
		{reflect.TypeFor[any](), "any"},
	} {
		if got := TypeOf(c.typ).String(); got != c.want {
			t.Errorf("%v is written %q, not %q", c.typ, got, c.want)
		}
	}
	// What a peer sends is not always whole.
	for _, odd := range []Type{{}, {Kind: "list"}, {Kind: "map", Key: &Type{}}, {Kind: "bytes", Len: 3}, {Kind: "struct", Fields: []Field{{}}}} {
		_ = odd.String()
	}
	_ = MethodInfo{Params: []string{"a", "b"}, Args: &Type{Fields: []Field{{}, {}}}, Result: &Type{}}.String()
}

func TestCatalogue(t *testing.T) {
	def := Define(Definition{
		Interface: "Greeter", Doc: "Greets.", Config: reflect.TypeFor[testLeaf](), New: newNothing,
		Methods: []MethodDefinition{
			{Name: "Greet", Doc: "Says hello.", Params: []string{"name", "times"}, Args: reflect.TypeFor[testGreet](), Result: reflect.TypeFor[string](), Serve: serveNothing},
			{Name: "Ping", Serve: serveNothing},
		},
	})
	c := Describe(map[string]*Service{"greeter": def, "a": Define(Definition{New: newNothing})}, "greeter", []codec.Codec{jsoncodec.New(), fussyCodec{}})
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"default":"greeter","services":[` +
		`{"name":"a","codecs":["json","fussy"],"methods":[]},` +
		`{"name":"greeter","interface":"Greeter","doc":"Greets.","config":{"kind":"struct","name":"testLeaf","fields":[{"name":"A","type":{"kind":"uint","bits":8}},{"name":"B","type":{"kind":"uint","bits":8}}]},"codecs":["json"],"methods":[` +
		`{"name":"Greet","doc":"Says hello.","params":["name","times"],"args":{"kind":"struct","name":"testGreet","fields":[{"name":"name","go":"Name","type":{"kind":"string"}},{"name":"times","go":"Times","type":{"kind":"int","bits":64}}]},"result":{"kind":"string"}},` +
		`{"name":"Ping"}]}]}`
	if string(b) != want {
		t.Errorf("got\n%s\nwant\n%s", b, want)
	}
	var text []string
	for _, m := range c.Services[1].Methods {
		text = append(text, m.String())
	}
	if !reflect.DeepEqual(text, []string{"Greet(name string, times int) string", "Ping()"}) {
		t.Errorf("got %q", text)
	}
	p := newPair(t, Config{}, Config{Services: map[string]*Service{"greeter": def}})
	got, err := p.host.Describe(t.Context())
	if err != nil || got.Default != "greeter" || !reflect.DeepEqual(got.Services[0].Methods, c.Services[1].Methods) {
		t.Errorf("over the link: %+v, %v", got, err)
	}
}

type testGreet struct {
	Name  string `json:"name"`
	Times int    `json:"times"`
}

func TestNearest(t *testing.T) {
	for _, c := range []struct {
		name  string
		known []string
		want  string
	}{
		{"Gett", []string{"Put", "Get"}, `: did you mean "Get"?`},
		{"get", []string{"Get", "Got"}, `: did you mean "Get"?`},
		{"Frobnicate", []string{"Get", "Put"}, ": it has Get, Put"},
		{"x", nil, ": it has none"},
		{"", []string{"Get"}, ": it has Get"},
	} {
		if got := nearest(c.name, c.known); got != c.want {
			t.Errorf("%q in %q: got %q, not %q", c.name, c.known, got, c.want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"kitten", "sitting", 3}, {"abc", "abc", 0}, {"flaw", "lawn", 2}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q is %d, not %d", c.a, c.b, got, c.want)
		}
	}
}
