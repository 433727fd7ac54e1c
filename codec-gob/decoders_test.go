package gobcodec

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"reflect"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
)

type wide struct{ F0, F1 int }

// messageWith returns a message for wide whose definitions no other has.
func messageWith(t *testing.T, i int) []byte {
	t.Helper()
	sent := reflect.StructOf([]reflect.StructField{
		{Name: "F0", Type: reflect.TypeFor[int]()},
		{Name: fmt.Sprintf("Extra%d", i), Type: reflect.TypeFor[int]()},
	})
	v := reflect.New(sent).Elem()
	v.Field(0).SetInt(int64(i + 1))
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).EncodeValue(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCacheIsBounded(t *testing.T) {
	c := New()
	good, err := c.Append(nil, wide{F0: 1, F1: 2})
	if err != nil {
		t.Fatal(err)
	}
	var first *cacheEntry
	for i := range 10 * maxEntriesPerType {
		var got wide
		if err := c.Decode(messageWith(t, i), &got); err != nil || got.F0 != i+1 {
			t.Fatalf("message %d: %+v, %v", i, got, err)
		}
		if err := c.Decode(good, &got); err != nil || got != (wide{1, 2}) {
			t.Fatalf("the usual message: %+v, %v", got, err)
		}
		definitions, _, err := split(good)
		if err != nil {
			t.Fatal(err)
		}
		entry := c.decoders.find(reflect.TypeFor[*wide](), definitions)
		if first == nil {
			first = entry
		}
		if entry == nil || entry != first {
			t.Fatalf("after %d strange messages, the decoders of the one in use were forgotten", i+1)
		}
	}
	if n := len(c.decoders.entries); n != maxEntriesPerType {
		t.Errorf("%d entries for one type, want %d", n, maxEntriesPerType)
	}
}

func TestCacheIsBoundedOverTypes(t *testing.T) {
	c := New()
	for i := range 2 * maxEntries {
		target := reflect.New(reflect.ArrayOf(i+1, reflect.TypeFor[int]()))
		b, err := c.Append(nil, target.Interface())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Decode(b, target.Interface()); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(c.decoders.entries); n != maxEntries {
		t.Errorf("%d entries, want %d", n, maxEntries)
	}
}

func TestRefusedDefinitionsAreNotKept(t *testing.T) {
	c := New()
	for i := range 50 {
		b := messageWith(t, i)
		var wrong struct{ F0 string }
		if err := c.Decode(b, &wrong); err == nil {
			t.Fatal("an int in place of a text: no error")
		}
		if err := c.Decode(b[:len(b)-1], &wrong); err == nil {
			t.Fatal("cut short: no error")
		}
	}
	if n := len(c.decoders.entries); n != 0 {
		t.Errorf("%d entries for messages that were refused", n)
	}
}

// FuzzReaders feeds the parsers that stand before gob.
func FuzzReaders(f *testing.F) {
	c := New()
	for _, v := range []any{1, "a", []int{1}, map[string]wide{"a": {}}, [3]bool{}, complex(1, 2)} {
		b, err := c.Append(nil, v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		definitions, value, err := split(src)
		if err != nil {
			return
		}
		if len(definitions)+len(value) != len(src) {
			t.Fatalf("split %d bytes into %d and %d", len(src), len(definitions), len(value))
		}
		s, err := parseDefinitions(definitions)
		if err != nil {
			return
		}
		if s.check(value, codec.MaxElements) != nil {
			return
		}
		// What the readers accept is whole: no part of the value is.
		for n := 1; n < len(value) && n < 64; n++ {
			if _, cut, err := split(src[:len(src)-n]); err == nil && s.check(cut, codec.MaxElements) == nil && len(cut) == len(value) {
				t.Fatalf("a value without its last %d bytes is accepted", n)
			}
		}
	})
}
