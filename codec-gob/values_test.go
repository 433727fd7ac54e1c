package gobcodec

import (
	"bytes"
	"encoding/gob"
	"reflect"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
)

type link struct{ Next *link }

type loose struct {
	Name string
	Any  any
}

// readers returns the schema in the message of v, and the id of v's type as the
// value begins with it.
func readers(t *testing.T, v any) (*schema, []byte) {
	t.Helper()
	b, err := New().Append(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	definitions, value, err := split(b)
	if err != nil {
		t.Fatal(err)
	}
	s, err := parseDefinitions(definitions)
	if err != nil {
		t.Fatal(err)
	}
	c := cursor{rest: value}
	c.uint()
	start := c.rest
	c.int()
	return s, start[:len(start)-len(c.rest)]
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestValueReader(t *testing.T) {
	linked := func(levels int) []byte {
		return join(bytes.Repeat([]byte{1}, levels), bytes.Repeat([]byte{0}, levels+1))
	}
	tests := []struct {
		name  string
		of    any
		value []byte
		want  string // a part of the error; "" for none
	}{
		{"a struct", loose{}, []byte{1, 1, 'a', 0}, ""},
		{"both fields", loose{}, []byte{1, 1, 'a', 1, 3, 'i', 'n', 't', 4, 2, 0, 10, 0}, ""},
		{"a nil interface", loose{}, []byte{2, 0, 0}, ""},
		{"a field beyond the last", loose{}, []byte{3, 1, 'a', 0}, "more fields"},
		{"the same in two steps", loose{}, []byte{2, 0, 1, 1, 'a', 0}, "more fields"},
		{"no end", loose{}, []byte{1, 1, 'a'}, "too early"},
		{"something after the end", loose{}, []byte{0, 7}, "1 bytes are left over"},
		{"an interface longer than announced", loose{}, []byte{2, 3, 'i', 'n', 't', 4, 1, 0, 10, 0}, "not as long"},
		{"an interface shorter than announced", loose{}, []byte{2, 3, 'i', 'n', 't', 4, 3, 0, 10, 0}, "not as long"},
		{"an interface with an announced end beyond all", loose{}, []byte{2, 3, 'i', 'n', 't', 4, 100, 0, 10, 0}, "too early"},
		{"an interface of unknown type", loose{}, []byte{2, 3, 'i', 'n', 't', 0x7C, 2, 0, 10, 0}, "unknown type 62"},
		{"an interface that defines its type", loose{}, []byte{2, 3, 'i', 'n', 't', 5, 2, 0, 10, 0}, "defined inside"},
		{"levels", link{}, linked(1000), ""},
		{"too many levels", link{}, linked(1001), "nested deeper than 1000"},
		{"a slice", []int{}, []byte{0, 2, 1, 1}, ""},
		{"a slice without its zero", []int{}, []byte{2, 1, 1}, "without the zero"},
		{"a slice with too few", []int{}, []byte{0, 3, 1, 1}, "too early"},
		{"a map", map[int]int{}, []byte{0, 1, 1, 1}, ""},
		{"a map with half a pair", map[int]int{}, []byte{0, 1, 1}, "too early"},
		{"an array", [2]int{}, []byte{0, 2, 1, 1}, ""},
		{"an array with too many", [2]int{}, []byte{0, 3, 1, 1, 1}, "3 elements for an array of 2"},
		{"a complex number", complex(1, 2), []byte{0, 1, 1}, ""},
		{"half a complex number", complex(1, 2), []byte{0, 1}, "too early"},
		{"a number of too many bytes", 1, []byte{0, 0xF7, 1, 1, 1, 1, 1, 1, 1, 1, 1}, "a number of 9 bytes"},
		{"a number cut short", 1, []byte{0, 0xFE, 1}, "too early"},
	}
	for _, tt := range tests {
		s, id := readers(t, tt.of)
		body := join(id, tt.value)
		segment := append([]byte{byte(len(body))}, body...)
		if len(body) >= 0x80 {
			segment = append([]byte{0xFE, byte(len(body) >> 8), byte(len(body))}, body...)
		}
		err := s.check(segment, codec.MaxElements)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
		if err == nil {
			// What passes is something that gob decodes.
			definitions, _, _ := split(must(New().Append(nil, tt.of)))
			p := reflect.New(reflect.TypeOf(tt.of))
			if err := gob.NewDecoder(bytes.NewReader(join(definitions, segment))).DecodeValue(p); err != nil {
				t.Errorf("%s: passes, and gob says: %v", tt.name, err)
			}
		}
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func TestDefinitionParser(t *testing.T) {
	// A slice of ints as type 65: "-65", the second kind, its number, its element.
	slice := []byte{0xFF, 0x81, 2, 1, 2, 0xFF, 0x82, 0, 1, 4, 0, 0}
	tests := []struct {
		name string
		body []byte
		want string
	}{
		{"a slice", slice, ""},
		{"of no kind", []byte{0xFF, 0x81, 0}, "unknown kind 0"},
		{"of an unknown kind", []byte{0xFF, 0x81, 9, 0, 0}, "unknown kind 9"},
		{"of two kinds", append(slice[:len(slice)-1:len(slice)-1], 1, 0, 0), "two kinds"},
		{"of a type of gob's own", []byte{3, 2, 1, 0, 1, 4, 0, 0}, "type 2 is defined again"},
		{"without an element", []byte{0xFF, 0x81, 2, 0, 0}, "without the type of its elements"},
		{"with a field that slices lack", []byte{0xFF, 0x81, 2, 3, 4, 0, 0}, "unknown field 3"},
		{"with a field far beyond", []byte{0xFF, 0x81, 2, 9, 4, 0, 0}, "unknown field 9"},
		{"of an unknown element", []byte{0xFF, 0x81, 2, 2, 0x7A, 0, 0}, "type 61 is used and not defined"},
		{"with bytes behind", append(bytes.Clone(slice), 0), "left over after the definition"},
		{"of negative length", []byte{0xFF, 0x81, 1, 2, 4, 1, 1, 0, 0}, "length -1"},
		{"cut short", slice[:6], "too early"},
		{"with more fields than bytes", []byte{0xFF, 0x81, 3, 2, 100, 0, 0}, "too early"},
	}
	for _, tt := range tests {
		_, err := parseDefinitions(append([]byte{byte(len(tt.body))}, tt.body...))
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	twice := append([]byte{byte(len(slice))}, slice...)
	if _, err := parseDefinitions(append(twice, twice...)); err == nil {
		t.Error("a type that is defined twice: no error")
	}
	if _, err := parseDefinitions(make([]byte, maxDefinitionBytes+1)); err == nil {
		t.Error("too many bytes: no error")
	}
}

func TestLargeBuffersAreNotKept(t *testing.T) {
	c := New()
	large := strings.Repeat("x", maxKept+1)
	b, err := c.Append(nil, large)
	if err != nil {
		t.Fatal(err)
	}
	if e := c.encoderFor(reflect.TypeFor[string]()).primed.Get(); e != nil {
		t.Error("the encoder of a large message was kept")
	}
	if err := c.Decode(b, new(string)); err != nil {
		t.Fatal(err)
	}
	if e := c.decoders.find(reflect.TypeFor[*string](), nil); e == nil || e.primed.Get() != nil {
		t.Errorf("the decoder of a large message was kept, or what it needs was forgotten: %v", e)
	}
}
