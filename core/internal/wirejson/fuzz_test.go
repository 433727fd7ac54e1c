package wirejson

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
)

// anything reads a value of any kind, as encoding/json does into an any with UseNumber.
func anything(r *Reader) any {
	switch c := r.space(); {
	case c == '{':
		m := map[string]any{}
		r.Object(func(name string) { m[name] = anything(r) })
		return m
	case c == '[':
		list := []any{}
		r.list(func() { list = append(list, anything(r)) })
		return list
	case c == '"':
		return r.Text()
	case c == 't' || c == 'f':
		return r.Bool()
	case c == 'n' && r.Null():
		return nil
	case c == '-' || c >= '0' && c <= '9':
		return json.Number(r.number())
	}
	r.Skip() // says what is wrong
	return nil
}

// write writes what anything returned.
func write(w *Writer, v any) {
	switch v := v.(type) {
	case nil:
		w.Null()
	case string:
		w.Text(v)
	case bool:
		w.Bool(v)
	case json.Number:
		w.Text(string(v)) // the messages have whole numbers alone
	case []any:
		w.Begin('[')
		for _, e := range v {
			write(w, e)
		}
		w.End(']')
	case map[string]any:
		w.Begin('{')
		for name, e := range v {
			w.AnyMember(name)
			write(w, e)
		}
		w.End('}')
	}
}

// FuzzReader holds the reader against encoding/json: both take the same texts, and
// find the same in them.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		`{"tenon":1,"versions":[1,2],"limits":{"calls":2048},"debug":true,"keep":null}`,
		`[-0.5e+3, "a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00", "\ud800x", "\udc00\ud800\ud800\udc00", [], {}, [[]]]`,
		"\"\xff\xc3\u2028é\"", ` null `, `{"a":1,"a":2}`, `01`, `1.`, `{"a" 1}`, `[1,]`, `{,}`, "\"\n\"", `"\u12`, `truex`, `[1 2]`,
		strings.Repeat("[", 101), strings.Repeat("[", 100) + strings.Repeat("]", 100), `{"a":`, `"\`, `-`, `"\u+123"`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var want any
		d := json.NewDecoder(bytes.NewReader(src))
		d.UseNumber()
		wantErr := d.Decode(&want)
		if wantErr == nil && len(bytes.Trim(src[d.InputOffset():], " \t\r\n")) > 0 {
			wantErr = errLeft
		}
		r := NewReader(src)
		got := anything(r)
		err := r.Err()
		if errors.As(err, new(*codec.LimitError)) {
			return // encoding/json has no such limits
		}
		deep := bytes.Count(src, []byte("["))+bytes.Count(src, []byte("{")) > maxDepth
		if (err == nil) != (wantErr == nil) && !(deep && err != nil) {
			t.Fatalf("%q: %v, encoding/json: %v", src, err, wantErr)
		}
		skipped := NewReader(src)
		skipped.Skip()
		if e := skipped.Err(); (e == nil) != (err == nil) {
			t.Fatalf("%q: skipped with %v, read with %v", src, e, err)
		}
		if err != nil {
			return
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %#v, encoding/json has %#v", src, got, want)
		}
		w := NewWriter([]byte("x"))
		write(w, got)
		if !json.Valid(w.Bytes()[1:]) || w.Bytes()[0] != 'x' {
			t.Fatalf("%q: wrote %q", src, w.Bytes())
		}
		r = NewReader(w.Bytes()[1:])
		if r.Skip(); r.Err() != nil {
			t.Fatalf("wrote %q: %v", w.Bytes(), r.Err())
		}
	})
}

// FuzzText passes any text through both.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\\n\x00\x7f", "é\u2028😀\ufffd", "\xff\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w := NewWriter(nil)
		w.Text(s)
		var want string
		if err := json.Unmarshal(w.Bytes(), &want); err != nil {
			t.Fatalf("%q: wrote %q: %v", s, w.Bytes(), err)
		}
		r := NewReader(w.Bytes())
		got := r.Text()
		if errors.As(r.Err(), new(*codec.LimitError)) && len(s) > maxText/3 {
			return
		}
		if r.Err() != nil || got != want || strings.ToValidUTF8(s, "") == s && got != s {
			t.Fatalf("%q: got %q, %v, encoding/json has %q", s, got, r.Err(), want)
		}
	})
}
