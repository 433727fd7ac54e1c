package rpc

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// base is the catalogue that the tests change.
func base() *Catalogue {
	type key struct {
		Name string
		Wide int32
	}
	type entry struct {
		Key   key
		Sizes []int32
		Tags  map[string]uint8
	}
	type putArgs struct {
		K key    `json:"k"`
		V []byte `json:"v"`
	}
	describe := func(v any) *Type { return TypeOf(reflect.TypeOf(v)) }
	return &Catalogue{Default: "kv", Services: []ServiceInfo{
		{Name: "kv", Codecs: []string{"cbor", "json"}, Config: describe(struct{ Path string }{}), Methods: []MethodInfo{
			{Name: "Get", Args: describe(key{}), Result: describe(entry{})},
			{Name: "List", Kind: KindServerStream, Args: describe(""), Item: describe(entry{})},
			{Name: "Put", Params: []string{"k", "v"}, Args: describe(putArgs{}), Live: []string{"reader"}},
			{Name: "Sync", Kind: KindBidiStream, Item: describe(int32(0)), Down: describe(int32(0))},
		}},
		{Name: "stats", Codecs: []string{"json"}, Methods: []MethodInfo{{Name: "Count", Result: describe(uint32(0))}}},
	}}
}

func TestCompare(t *testing.T) {
	method := func(c *Catalogue, name string) *MethodInfo { return c.Services[0].method(name) }
	field := func(t *Type, path ...string) *Type {
		for _, name := range path {
			i := slices.IndexFunc(t.Fields, func(f Field) bool { return f.Name == name })
			t = t.Fields[i].Type
		}
		return t
	}
	str, num := &Type{Kind: "string"}, &Type{Kind: "int", Bits: 64}
	for _, c := range []struct {
		name   string
		change func(c *Catalogue)
		want   string // the changes, one a line
	}{
		{"nothing", func(*Catalogue) {}, ""},
		{"documentation", func(c *Catalogue) { c.Services[0].Doc, method(c, "Get").Doc = "x", "y" }, ""},
		{"a service is gone", func(c *Catalogue) { c.Services = c.Services[:1] }, "breaks stats: the service is gone"},
		{"a service is new", func(c *Catalogue) { c.Services = append(c.Services, ServiceInfo{Name: "z"}) }, "adds z"},
		{"another default", func(c *Catalogue) { c.Default = "stats" }, "breaks kv: it is no longer the default service"},
		{"codecs", func(c *Catalogue) { c.Services[1].Codecs = []string{"proto"} }, "breaks stats: no codec in common: it had json, and now has proto"},
		{"a codec less", func(c *Catalogue) { c.Services[0].Codecs = []string{"json"} }, ""},
		{"a method is gone", func(c *Catalogue) { c.Services[1].Methods = nil }, "breaks stats.Count: the method is gone"},
		{"a method is new", func(c *Catalogue) { c.Services[1].Methods = append(c.Services[1].Methods, MethodInfo{Name: "Reset"}) }, "adds stats.Reset"},
		{"another kind", func(c *Catalogue) { method(c, "List").Kind = "" }, "breaks kv.List: it was a stream of results, and is a plain call now"},
		{"live arguments", func(c *Catalogue) { method(c, "Put").Live = nil }, "breaks kv.Put: live arguments: it took reader, and takes none now"},
		{"live results", func(c *Catalogue) { method(c, "Put").LiveResults = []string{"reader"} }, "breaks kv.Put: live results: it gave none, and gives reader now"},
		{"a parameter more", func(c *Catalogue) {
			m := method(c, "Put")
			m.Params, m.Args.Fields = append(m.Params, "ttl"), append(m.Args.Fields, Field{Name: "ttl", Type: num})
		}, "breaks kv.Put: the parameter ttl is new: int"},
		{"a parameter less", func(c *Catalogue) {
			m := method(c, "Put")
			m.Params, m.Args.Fields = m.Params[:1], m.Args.Fields[:1]
		}, "breaks kv.Put: the parameter v is gone: it was []byte"},
		{"another way to pass", func(c *Catalogue) { method(c, "Put").Params = nil },
			"breaks kv.Put: it was Put(k key, v []byte, reader), and is Put(putArgs, reader) now"},
		{"another type", func(c *Catalogue) { *field(method(c, "Put").Args, "v") = *str },
			"breaks kv.Put: the parameter v changed from []byte to string"},
		{"a field of an argument", func(c *Catalogue) {
			a := method(c, "Get").Args
			a.Fields = append(a.Fields, Field{Name: "Deep", Type: str})
		}, "adds kv.Get: the argument.Deep: string"},
		{"a field of an argument less", func(c *Catalogue) {
			a := method(c, "Get").Args
			a.Fields = a.Fields[:1]
		}, "breaks kv.Get: the argument.Wide is gone: it was int32"},
		{"a result more", func(c *Catalogue) { method(c, "Put").Result = str }, "adds kv.Put: the result: string"},
		{"a result less", func(c *Catalogue) { c.Services[1].Methods[0].Result = nil }, "breaks stats.Count: the result is gone: it was uint32"},
		{"an argument more", func(c *Catalogue) { c.Services[1].Methods[0].Args = str }, "breaks stats.Count: the argument is new: string"},
		{"wider arguments", func(c *Catalogue) { field(method(c, "Get").Args, "Wide").Bits = 64 }, ""},
		{"narrower arguments", func(c *Catalogue) { field(method(c, "Get").Args, "Wide").Bits = 16 },
			"breaks kv.Get: the argument.Wide changed from int32 to int16"},
		{"wider results", func(c *Catalogue) { field(method(c, "Get").Result, "Key", "Wide").Bits = 64 },
			"breaks kv.Get: the result.Key.Wide changed from int32 to int"},
		{"narrower results", func(c *Catalogue) { field(method(c, "Get").Result, "Key", "Wide").Bits = 16 }, ""},
		{"inside a list", func(c *Catalogue) { field(method(c, "Get").Result, "Sizes").Elem.Kind = "uint" },
			"breaks kv.Get: the result.Sizes[] changed from int32 to uint32"},
		{"inside a map", func(c *Catalogue) {
			tags := field(method(c, "List").Item, "Tags")
			tags.Key, tags.Elem = num, str
		}, "breaks kv.List: the values of the stream.Tags[key] changed from string to int\nbreaks kv.List: the values of the stream.Tags[] changed from uint8 to string"},
		{"what a stream takes", func(c *Catalogue) { method(c, "Sync").Item.Bits = 64 }, ""},
		{"what a stream gives", func(c *Catalogue) { method(c, "Sync").Down.Bits = 64 },
			"breaks kv.Sync: the values that it sends changed from int32 to int"},
		{"an absent result", func(c *Catalogue) { method(c, "Get").Result.Optional = true }, "breaks kv.Get: the result may be absent now"},
		{"an absent argument", func(c *Catalogue) { method(c, "Get").Args.Optional = true }, ""},
		{"a configuration more", func(c *Catalogue) { c.Services[1].Config = str }, "adds stats: the configuration: string"},
		{"a configuration less", func(c *Catalogue) { c.Services[0].Config = nil }, "breaks kv: the configuration is gone: it was struct"},
		{"what breaks comes first", func(c *Catalogue) {
			c.Services[0].Methods = append(c.Services[0].Methods, MethodInfo{Name: "A"})
			c.Services[1].Methods = nil
		}, "breaks stats.Count: the method is gone\nadds kv.A"},
	} {
		t.Run(c.name, func(t *testing.T) {
			next := base()
			c.change(next)
			var got []string
			for _, change := range Compare(base(), next) {
				got = append(got, change.String())
			}
			if s := strings.Join(got, "\n"); s != c.want {
				t.Errorf("got\n%s\nwant\n%s", s, c.want)
			}
			if broken := Broken(Compare(base(), next)); len(broken) != strings.Count("\n"+c.want, "\nbreaks ") {
				t.Errorf("broken: %v", broken)
			}
		})
	}
}

// A type that contains itself is compared once, and by its name further in.
func TestCompareTypesThatContainThemselves(t *testing.T) {
	type tree struct {
		Value int32
		Left  *tree
	}
	type list struct {
		Value int32
		Left  *list
	}
	c := func(v any) *Catalogue {
		return &Catalogue{Services: []ServiceInfo{{Name: "s", Methods: []MethodInfo{{Name: "M", Result: TypeOf(reflect.TypeOf(v))}}}}}
	}
	if changes := Compare(c(tree{}), c(tree{})); changes != nil {
		t.Errorf("the same: %v", changes)
	}
	if changes := Compare(c(tree{}), c(list{})); len(changes) != 1 || !changes[0].Breaks || !strings.Contains(changes[0].What, "the result.Left changed") {
		t.Errorf("another: %v", changes)
	}
}

// Catalogues come from the other side: whatever they say, comparing them ends.
func FuzzCompare(f *testing.F) {
	b, err := json.Marshal(base())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, b)
	f.Add(b, []byte(`{"services":[{"name":"kv","methods":[{"name":"Get","args":{"kind":"struct","fields":[{"name":"Name"}]}}]}]}`))
	f.Add([]byte(`{"services":[{"name":"kv","methods":[{"name":"Get","params":["a"],"args":{"kind":"map"}}]}]}`), b)
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var old, next Catalogue
		if json.Unmarshal(a, &old) != nil || json.Unmarshal(b, &next) != nil {
			return
		}
		for _, change := range Compare(&old, &next) {
			if change.Breaks && change.What == "" {
				t.Fatalf("it breaks without a word: %+v", change)
			}
		}
	})
}

func (s *ServiceInfo) method(name string) *MethodInfo { return firsts(s.Methods, methodName)[name] }
