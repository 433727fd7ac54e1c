package jsoncodec_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
)

func TestAppendForm(t *testing.T) {
	tests := []struct {
		v    any
		want string
	}{
		{"<b>&\u2028", `"<b>&\u2028"`},
		{[]byte("raw"), `"cmF3"`},
		{[]string{}, `[]`},
		{[]string(nil), `null`},
		{nil, `null`},
		{(*int)(nil), `null`},
		{struct {
			A int `json:"a"`
			B int `json:"-"`
			C int `json:"c,omitempty"`
		}{A: 1, B: 2}, `{"a":1}`},
		{*big.NewInt(7), `7`},
		{"\ufffd", "\"\ufffd\""},
		{`\ufffd`, `"\\ufffd"`},
	}
	c := jsoncodec.New()
	for _, tt := range tests {
		got, err := c.Append([]byte(":"), tt.v)
		if err != nil || string(got) != ":"+tt.want {
			t.Errorf("Append(%#v) = %s, %v, want %s", tt.v, got, err, tt.want)
		}
	}
}

func TestInvalidTextIsRefused(t *testing.T) {
	c := jsoncodec.New()
	for _, v := range []any{"a\xffb", []string{"ok", "\\\xff"}, map[string]int{"\xc0": 1}} {
		if out, err := c.Append(nil, v); err == nil || !strings.Contains(err.Error(), "UTF-8") || len(out) != 0 {
			t.Errorf("Append(%q) = %q, %v", v, out, err)
		}
	}
}

// What is encoded is named, and not written out.
func TestStructsWithoutANameInErrors(t *testing.T) {
	_, err := jsoncodec.New().Append(nil, &struct {
		A0 int    `json:"a0"`
		A1 string `json:"a1"`
	}{A1: "\xff"})
	if err == nil || strings.Contains(err.Error(), "A0") || !strings.Contains(err.Error(), "a struct of 2 fields") {
		t.Errorf("got %v", err)
	}
}

func TestNumbersInAnyKeepTheirDigits(t *testing.T) {
	c := jsoncodec.New()
	var got map[string]any
	if err := c.Decode([]byte(`{"id":9007199254740993, "list":[1.50]}`), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"id": json.Number("9007199254740993"), "list": []any{json.Number("1.50")}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDepthLimit(t *testing.T) {
	c := jsoncodec.New()
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	tests := []struct {
		src string
		ok  bool
	}{
		{deep(1000), true},
		{deep(1001), false},
		{`["` + strings.Repeat("[", 2000) + `"]`, true},
		{`["\"` + strings.Repeat("[", 2000) + `"]`, true},
		{`["\\", ` + deep(1000) + `]`, false},
		{"[" + strings.Repeat("[],", 5000) + "0]", true},
	}
	for _, tt := range tests {
		var v any
		if err := c.Decode([]byte(tt.src), &v); (err == nil) != tt.ok {
			t.Errorf("Decode(%.20s...) = %v, want ok %t", tt.src, err, tt.ok)
		}
	}
}

func TestWhiteSpaceAround(t *testing.T) {
	c := jsoncodec.New()
	var n int
	if err := c.Decode([]byte(" 1 \n"), &n); err != nil || n != 1 {
		t.Errorf("into int: %v", err)
	}
	var v any
	if err := c.Decode([]byte(" 1 \n"), &v); err != nil || v != json.Number("1") {
		t.Errorf("into any: %v", err)
	}
}

func TestErrorsKeepTheirCause(t *testing.T) {
	c := jsoncodec.New()
	var n int
	var mismatch *json.UnmarshalTypeError
	if err := c.Decode([]byte(`"x"`), &n); !errors.As(err, &mismatch) {
		t.Errorf("got %v, want a *json.UnmarshalTypeError in it", err)
	}
}

type explosive struct{ N int }

func (explosive) MarshalJSON() ([]byte, error)  { panic("bang") }
func (*explosive) UnmarshalJSON(b []byte) error { panic("bang") }

func TestPanicsAreErrors(t *testing.T) {
	c := jsoncodec.New()
	if out, err := c.Append([]byte("dst"), explosive{}); err == nil || string(out) != "dst" {
		t.Errorf("Append = %q, %v", out, err)
	}
	if err := c.Decode([]byte("1"), new(explosive)); err == nil {
		t.Error("Decode: no error")
	}
	if out, err := c.Append(nil, 1); err != nil || string(out) != "1" {
		t.Errorf("after a panic: %q, %v", out, err)
	}
}

type byPointer struct{ n int }

func (p *byPointer) MarshalText() ([]byte, error) { return []byte{'0' + byte(p.n)}, nil }
func (p *byPointer) UnmarshalText(b []byte) error { p.n = int(b[0] - '0'); return nil }

func TestCheck(t *testing.T) {
	c := jsoncodec.New()
	tests := []struct {
		typ  reflect.Type
		want string // "" for none
	}{
		{reflect.TypeFor[map[string]any](), ""},
		{reflect.TypeFor[struct{ B big.Int }](), ""},
		{reflect.TypeFor[map[int]*byPointer](), ""},
		{reflect.TypeFor[struct {
			F func() `json:"-"`
		}](), ""},
		{reflect.TypeFor[map[string]byPointer](), "codec: element of map[string]jsoncodec_test.byPointer: jsoncodec_test.byPointer has marshaling methods only on its pointer; make the map's values *jsoncodec_test.byPointer"},
		{reflect.TypeFor[complex64](), "codec: complex64 has no JSON; send its parts"},
		{reflect.TypeFor[struct{ E error }](), "codec: field struct.E: error is an interface with methods: the receiver cannot know which type to make; name a concrete type, or any"},
		{reflect.TypeFor[map[float64]int](), "codec: key of map[float64]int: float64 cannot be the key of a JSON object; use a string, an integer, or a type with text marshaling methods"},
		{reflect.TypeFor[map[[2]int]int](), "codec: key of map[[2]int]int: [2]int cannot be the key of a JSON object; use a string, an integer, or a type with text marshaling methods"},
	}
	for _, tt := range tests {
		got := ""
		if err := c.Check(tt.typ); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("Check(%v):\n got %s\nwant %s", tt.typ, got, tt.want)
		}
	}
}

func TestAppendAllocates(t *testing.T) {
	c := jsoncodec.New()
	rec, buf := newBenchRecord(), make([]byte, 0, 1024)
	n := testing.AllocsPerRun(100, func() {
		if _, err := c.Append(buf, rec); err != nil {
			t.Fatal(err)
		}
	})
	if n >= 1 && !raceEnabled {
		t.Errorf("Append of a pointer allocates %v times", n)
	}
}
