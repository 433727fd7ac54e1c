package wirejson

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

var many = Limit{"Many", 100}

var errLeft = errors.New("left over")

func TestWriter(t *testing.T) {
	w := NewWriter([]byte("before:"))
	w.Begin('{')
	w.Member("a")
	w.Int(-1)
	w.Member("b")
	w.Begin('[')
	w.Uint(1<<64 - 1)
	w.Bool(true)
	w.Null()
	w.Begin('{')
	w.End('}')
	w.End(']')
	w.Member("c")
	w.Base64([]byte{0, 255, 1})
	w.Member("d")
	w.Texts([]string{"x\"", ""})
	w.Member("e")
	w.Texts(nil)
	w.End('}')
	if got, want := string(w.Bytes()), `before:{"a":-1,"b":[18446744073709551615,true,null,{}],"c":"AP8B","d":["x\"",""],"e":null}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestReaderOfEachKind(t *testing.T) {
	r := NewReader([]byte(` {"n":-7, "u":18446744073709551615, "t":"x\u00e9", "b":"AP8B", "l":["p","q"], "on":true, "unknown":{"a":[1,{"b":null}]}, "none":null, "empty":[]} `))
	var n int64
	var u uint64
	var text string
	var b []byte
	var list, none, empty []string
	var on bool
	r.Object(func(name string) {
		switch name {
		case "n":
			n = r.Int(8)
		case "u":
			u = r.Uint()
		case "t":
			text = r.Text()
		case "b":
			b = r.Base64()
		case "l":
			list = r.Texts(many)
		case "on":
			on = r.Bool()
		case "none":
			none = r.Texts(many)
		case "empty":
			empty = r.Texts(many)
		default:
			r.Skip()
		}
	})
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	if n != -7 || u != 1<<64-1 || text != "xé" || string(b) != "\x00\xff\x01" || !on || !reflect.DeepEqual(list, []string{"p", "q"}) || none != nil || empty == nil {
		t.Errorf("got %d %d %q %q %v %q %v %v", n, u, text, b, on, list, none, empty)
	}
}

// Every method gives zero for null, and says where something else stands.
func TestReaderErrors(t *testing.T) {
	read := map[string]func(*Reader){
		"text":   func(r *Reader) { r.Text() },
		"base64": func(r *Reader) { r.Base64() },
		"bool":   func(r *Reader) { r.Bool() },
		"int":    func(r *Reader) { r.Int(8) },
		"uint":   func(r *Reader) { r.Uint() },
		"texts":  func(r *Reader) { r.Texts(many) },
		"object": func(r *Reader) { r.Object(func(string) { r.Skip() }) },
		"list":   func(r *Reader) { r.List(many, r.Skip) },
		"skip":   func(r *Reader) { r.Skip() },
	}
	for name, f := range read {
		r := NewReader([]byte("null"))
		if f(r); r.Err() != nil {
			t.Errorf("%s of null: %v", name, r.Err())
		}
		for _, src := range []string{"", "nul", "*", "null 1"} {
			r := NewReader([]byte(src))
			if f(r); r.Err() == nil || !strings.Contains(r.Err().Error(), "at ") {
				t.Errorf("%s of %q: %v", name, src, r.Err())
			}
		}
	}
	for src, f := range map[string]func(*Reader){
		"128": read["int"], "1.5": read["int"], "1e1": read["int"], "-1": read["uint"], "18446744073709551616": read["uint"],
		`"a"`: read["base64"], "1": read["text"], `{}`: read["list"], `[]`: read["object"], `["a",1]`: read["texts"], `{"a":1,}`: read["object"],
	} {
		r := NewReader([]byte(src))
		if f(r); r.Err() == nil {
			t.Errorf("%s was taken", src)
		}
	}
}
