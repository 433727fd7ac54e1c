package cborcodec_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	"github.com/tenon-dev/tenon/core/codec"
)

func TestAppendForm(t *testing.T) {
	type tagged struct {
		A int `json:"a"`
		B int `json:"-"`
		C int `json:"c" cbor:"cc"`
		D int `json:"d,omitempty"`
	}
	type keyed struct {
		A int `cbor:"1,keyasint"`
	}
	tests := []struct {
		v    any
		want string
	}{
		{tagged{A: 1, B: 2, C: 3}, "a2 61 61 01 62 63 63 03"},
		{keyed{A: 5}, "a1 01 05"},
		{1.0, "fb 3f f0 00 00 00 00 00 00"},
		{float32(1), "fa 3f 80 00 00"},
		{[]byte{1}, "41 01"},
		{[2]byte{1, 2}, "42 01 02"},
		{[]string(nil), "f6"},
		{(*int)(nil), "f6"},
		{nil, "f6"},
		{big.NewInt(7), "07"},
		{time.Unix(0, 5).UTC(), fmt.Sprintf("c0 78 1e % x", "1970-01-01T00:00:00.000000005Z")},
	}
	c := cborcodec.New()
	for _, tt := range tests {
		got, err := c.Append([]byte{0xEE}, tt.v)
		if err != nil || fmt.Sprintf("% x", got) != "ee "+tt.want {
			t.Errorf("Append(%#v) = % x, %v, want %s", tt.v, got, err, tt.want)
		}
	}
}

func TestWhatArrivesInAny(t *testing.T) {
	at := time.Date(2024, 5, 6, 7, 8, 9, 123456789, time.FixedZone("", 3600))
	beyond := new(big.Int).SetUint64(math.MaxUint64)
	tests := []struct{ sent, want any }{
		{5, int64(5)},
		{-5, int64(-5)},
		{uint64(math.MaxInt64), int64(math.MaxInt64)},
		{uint64(math.MaxUint64), beyond},
		{float32(1.5), 1.5},
		{"text", "text"},
		{[]byte("raw"), []byte("raw")},
		{[]int{1, 2}, []any{int64(1), int64(2)}},
		{map[string]int{"a": 1}, map[string]any{"a": int64(1)}},
		{map[string]any{"a": map[string]any{"b": nil}}, map[string]any{"a": map[string]any{"b": nil}}},
		{nil, nil},
	}
	c := cborcodec.New()
	for _, tt := range tests {
		b, err := c.Append(nil, tt.sent)
		if err != nil {
			t.Errorf("Append(%v): %v", tt.sent, err)
			continue
		}
		var got any
		if err := c.Decode(b, &got); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%T(%v) arrived as %T(%v), %v", tt.sent, tt.sent, got, got, err)
		}
	}
	b, err := c.Append(nil, at)
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := c.Decode(b, &got); err != nil {
		t.Fatal(err)
	}
	arrived, ok := got.(time.Time)
	if _, offset := arrived.Zone(); !ok || !arrived.Equal(at) || offset != 3600 {
		t.Errorf("%v arrived as %v", at, got)
	}
}

func TestAcceptsWhatOthersSend(t *testing.T) {
	c := cborcodec.New()
	var list []int
	if err := c.Decode([]byte{0x9F, 1, 2, 0xFF}, &list); err != nil || len(list) != 2 {
		t.Errorf("an array of indefinite length: %v, %v", list, err)
	}
	var text string
	if err := c.Decode([]byte{0x7F, 0x61, 'a', 0x61, 'b', 0xFF}, &text); err != nil || text != "ab" {
		t.Errorf("a text of indefinite length: %q, %v", text, err)
	}
	var half float64
	if err := c.Decode([]byte{0xF9, 0x3E, 0x00}, &half); err != nil || half != 1.5 {
		t.Errorf("a float of 16 bits: %v, %v", half, err)
	}
}

func TestManyElements(t *testing.T) {
	c := cborcodec.New()
	many := make([]int, 200_000)
	b, err := c.Append(nil, many)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	if err := c.Decode(b, &got); err != nil || len(got) != len(many) {
		t.Errorf("%d elements: %v", len(many), err)
	}
}

func TestOptions(t *testing.T) {
	for _, opts := range []cborcodec.Options{{MaxDepth: 3}, {MaxDepth: 1 << 20}, {MaxElements: 1}, {MaxElements: -1}} {
		if _, err := cborcodec.NewWith(opts); err == nil {
			t.Errorf("NewWith(%+v): no error", opts)
		}
	}
	c, err := cborcodec.NewWith(cborcodec.Options{MaxDepth: 4, MaxElements: 16})
	if err != nil {
		t.Fatal(err)
	}
	many := make(map[int]int)
	for i := range 17 {
		many[i] = i
	}
	deep := [][][][][]int{{{{{1}}}}}
	nested := [][]int{make([]int, 8), make([]int, 8)}
	for _, v := range []any{make([]int, 17), many, deep, nested} {
		b, err := cborcodec.New().Append(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Decode(b, reflect.New(reflect.TypeOf(v)).Interface()); !errors.As(err, new(*codec.LimitError)) {
			t.Errorf("%v is beyond the limits: %v", v, err)
		}
	}
}

type explosive struct{ N int }

func (explosive) MarshalCBOR() ([]byte, error)  { panic("bang") }
func (*explosive) UnmarshalCBOR(b []byte) error { panic("bang") }

func TestPanicsAreErrors(t *testing.T) {
	c := cborcodec.New()
	if out, err := c.Append([]byte("dst"), explosive{}); err == nil || string(out) != "dst" {
		t.Errorf("Append = %q, %v", out, err)
	}
	if err := c.Decode([]byte{1}, new(explosive)); err == nil {
		t.Error("Decode: no error")
	}
}

func TestCheck(t *testing.T) {
	c := cborcodec.New()
	tests := []struct {
		typ  reflect.Type
		want string // a part of the error; "" for none
	}{
		{reflect.TypeFor[map[string]any](), ""},
		{reflect.TypeFor[big.Int](), ""},
		{reflect.TypeFor[map[float64]int](), ""},
		{reflect.TypeFor[struct {
			F func() `json:"-"`
		}](), ""},
		{reflect.TypeFor[struct {
			F func() `json:"-" cbor:"f"`
		}](), "field struct.F"},
		{reflect.TypeFor[complex128](), "has no CBOR"},
		{reflect.TypeFor[struct{ E error }](), "is an interface with methods"},
		{reflect.TypeFor[map[*int]int](), "as a key would arrive as another pointer"},
	}
	for _, tt := range tests {
		err := c.Check(tt.typ)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Check(%v) = %v, want %q", tt.typ, err, tt.want)
		}
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Log("under the race detector only the call is tried")
	}
	c := cborcodec.New()
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

// level has methods for text alone.
type level struct{ n int }

func (l level) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "level-%d", l.n), nil }
func (l *level) UnmarshalText(b []byte) error {
	_, err := fmt.Sscanf(string(b), "level-%d", &l.n)
	return err
}

func TestTextMethods(t *testing.T) {
	c := cborcodec.New()
	sent := map[string]level{"a": {3}}
	b, err := c.Append(nil, sent)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]level
	if err := c.Decode(b, &got); err != nil || !reflect.DeepEqual(got, sent) {
		t.Errorf("%v arrived as %v, %v", sent, got, err)
	}
}

func TestNamesAreComparedExactly(t *testing.T) {
	c := cborcodec.New()
	b, err := c.Append(nil, map[string]int{"COUNT": 1})
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Count int }
	if err := c.Decode(b, &got); err != nil || got.Count != 0 {
		t.Errorf("COUNT arrived in Count: %+v, %v", got, err)
	}
}
