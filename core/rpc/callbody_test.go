package rpc

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"reflect"
	"testing"
	"time"
)

func TestCallBody(t *testing.T) {
	md := Metadata{"b": "2", "": "empty", "a": ""}
	refs := []reference{{kind: refObject, id: 2, methods: []string{"A", ""}}, {kind: refNil}, {kind: refFlow, id: math.MaxUint64}}
	for _, c := range []callBody{
		{object: 1, payload: []byte("p")},
		{object: math.MaxUint64, deadline: 1},
		{object: 2, metadata: md, payload: []byte("p")},
		{object: 3, references: refs},
		{object: 4, deadline: math.MaxInt64, metadata: md, references: refs, payload: []byte("payload")},
	} {
		b, flags := appendCallHead(nil, c.object, c.deadline, c.metadata, c.references)
		again, _ := appendCallHead(nil, c.object, c.deadline, maps.Clone(c.metadata), c.references)
		if string(b) != string(again) {
			t.Error("equal metadata gives other bytes")
		}
		got, err := parseCallBody(append(b, c.payload...), flags, 100)
		if err != nil {
			t.Fatal(err)
		}
		if got.object != c.object || got.deadline != c.deadline || !maps.Equal(got.metadata, c.metadata) ||
			!reflect.DeepEqual(got.references, c.references) || string(got.payload) != string(c.payload) {
			t.Errorf("%+v came back as %+v", c, got)
		}
		for n := range b { // every cut is noticed
			if _, err := parseCallBody(b[:n], flags, 100); err == nil {
				t.Errorf("%d of %d bytes parse", n, len(b))
			}
		}
	}
	b, _ := appendCallHead(nil, 1, -1, nil, nil)
	for i := range b[8:] {
		t.Errorf("byte %d of a passed deadline", i)
	}
	far := append(make([]byte, 8), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	if c, err := parseCallBody(far, flagDeadline, 0); err != nil || c.deadline != math.MaxInt64 {
		t.Errorf("got %v, %v", c.deadline, err)
	}
	if left := remaining(time.Now().Add(-time.Hour)); left != 1 {
		t.Errorf("%v is left", left)
	}
}

func TestMetadataParses(t *testing.T) {
	two := Metadata{"k": "v"}.append(nil)
	two[3] = 2
	two = append(append(two, two[4:]...), "rest"...)
	two[len(two)-5] = 'w'
	md, size, rest, ok := parseMetadata(two, 4)
	if !ok || fmt.Sprint(md) != "map[k:w]" || size != 4 || string(rest) != "rest" {
		t.Errorf("a key twice: %v, %d bytes, %q, %v", md, size, rest, ok)
	}
	if md, size, rest, ok := parseMetadata(two, 3); !ok || md != nil || size != 4 || string(rest) != "rest" {
		t.Errorf("what is too much: %v, %d bytes, %q, %v", md, size, rest, ok)
	}
	for _, src := range []string{"", "\x00\x00\x00", "\x00\x00\x00\x01", "\xff\xff\xff\xff", "\x00\x00\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff"} {
		if _, _, _, ok := parseMetadata([]byte(src), 100); ok {
			t.Errorf("%q parses", src)
		}
	}
	// A count alone makes no room, and many keys that are too many do not either.
	many := binary.BigEndian.AppendUint32(nil, 1<<20)
	for i := range 1 << 20 {
		many = append(many, 0, 0, 0, 3, byte(i>>16), byte(i>>8), byte(i), 0, 0, 0, 0)
	}
	for what, src := range map[string][]byte{"one key": append([]byte{0, 16, 0, 0}, make([]byte, 8<<20)...), "a million keys": many} {
		if n := allocated(func() { parseMetadata(src, DefaultLimits().Metadata) }); n > 2<<20 {
			t.Errorf("%d bytes were allocated for %s", n, what)
		}
	}
}
