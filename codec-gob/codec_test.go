package gobcodec_test

import (
	"bytes"
	"encoding/gob"
	"reflect"
	"strings"
	"testing"

	gobcodec "github.com/tenon-dev/tenon/codec-gob"
)

func TestMessagesAreGobStreams(t *testing.T) {
	// A message of a type without interfaces is what a gob encoder of its own
	// writes, the first time and every time after.
	c := gobcodec.New()
	want := plain(newBenchRecord())
	for i := range 3 {
		got, err := c.Append(nil, newBenchRecord())
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("message %d is %x, %v, want %x", i, got, err, want)
		}
		var rec benchRecord
		if err := gob.NewDecoder(bytes.NewReader(got)).Decode(&rec); err != nil || !reflect.DeepEqual(&rec, newBenchRecord()) {
			t.Fatalf("message %d: gob decodes %+v, %v", i, rec, err)
		}
	}
}

type inside struct {
	Any  any
	Text string
}

func TestInterfacesCrossEachTime(t *testing.T) {
	gob.Register(inside{})
	gob.Register(narrow{})
	gob.Register([]any{})
	gob.Register(map[string]any{})
	values := []any{
		nil,
		1,
		"text",
		narrow{"value"},
		inside{Text: "no more"},
		inside{Any: inside{Any: []any{1, "a", inside{Any: narrow{"deep"}}, nil}}},
		map[string]any{"a": []any{true}, "b": narrow{"n"}},
	}
	c := gobcodec.New()
	for range 3 { // decoders are used again, and must not meet a definition twice
		for _, v := range values {
			sent := holder{Name: "h", Any: v}
			b, err := c.Append(nil, sent)
			if err != nil {
				t.Fatalf("Append(%+v): %v", sent, err)
			}
			var got holder
			if err := c.Decode(b, &got); err != nil || !reflect.DeepEqual(got, sent) {
				t.Errorf("%+v arrived as %+v, %v", sent, got, err)
			}
			// A receiver that does not have the field skips the value.
			var less narrow
			if err := c.Decode(b, &less); err != nil || less.Name != "h" {
				t.Errorf("%+v, without the field: %+v, %v", sent, less, err)
			}
			// And gob alone understands the message too.
			var plain holder
			if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&plain); err != nil || !reflect.DeepEqual(plain, sent) {
				t.Errorf("%+v arrived by gob as %+v, %v", sent, plain, err)
			}
		}
	}
}

func TestUnregisteredTypeSaysWhatToDo(t *testing.T) {
	type private struct{ A int }
	_, err := gobcodec.New().Append(nil, holder{Any: private{1}})
	if err == nil || !strings.Contains(err.Error(), "gob.Register") {
		t.Errorf("got %v, want advice to call gob.Register", err)
	}
}

func TestNilPointers(t *testing.T) {
	c := gobcodec.New()
	var p *narrow
	for _, v := range []any{p, &p} {
		b, err := c.Append(nil, v)
		if err != nil || !bytes.Equal(b, []byte{0}) {
			t.Errorf("Append(%T nil) = %x, %v", v, b, err)
		}
	}
	got := &narrow{"kept"}
	if err := c.Decode([]byte{0}, &p); err != nil || p != nil {
		t.Errorf("nil arrived as %v, %v", p, err)
	}
	if err := c.Decode([]byte{0}, got); err != nil {
		t.Error(err)
	}
	if _, err := c.Append(nil, nil); err == nil {
		t.Error("nil without a type: no error")
	}
	if _, err := c.Append(nil, []*narrow{nil}); err == nil {
		t.Error("a slice that holds nil: no error")
	}
	type circle *circle
	var around circle
	around = &around
	if _, err := c.Append(nil, around); err == nil {
		t.Error("a pointer to itself: no error")
	}
}

// TestDefinitionsOfOthers sends two types that share a name and differ in what
// they mean: a codec that went by anything but the definitions would mix them up.
func TestDefinitionsOfOthers(t *testing.T) {
	type sent1 struct{ A, B int }
	type sent2 struct{ B, A int }
	type received struct{ A, B int }
	c := gobcodec.New()
	for range 3 {
		one, err1 := c.Append(nil, sent1{A: 1, B: 2})
		two, err2 := c.Append(nil, sent2{A: 1, B: 2})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for _, b := range [][]byte{one, two} {
			var got received
			if err := c.Decode(b, &got); err != nil || got != (received{1, 2}) {
				t.Errorf("got %+v, %v", got, err)
			}
		}
	}
}

type explosive struct{ N int }

func (explosive) GobEncode() ([]byte, error)    { panic("bang") }
func (*explosive) GobDecode(b []byte) error     { panic("bang") }
func (*fragile) UnmarshalBinary(b []byte) error { panic("bang") }

// fragile has a method for the zero value to trip over.
type fragile struct{ P *int }

func (f fragile) MarshalBinary() ([]byte, error) { return []byte{byte(*f.P)}, nil }

func TestPanicsAreErrors(t *testing.T) {
	c := gobcodec.New()
	for range 2 {
		if out, err := c.Append([]byte("dst"), explosive{}); err == nil || string(out) != "dst" {
			t.Errorf("Append = %q, %v", out, err)
		}
		gob.Register(fragile{})
		n := 7
		b, err := c.Append(nil, holder{Any: fragile{&n}})
		if err != nil {
			t.Errorf("a value whose zero cannot be encoded: %v", err)
		}
		if err := c.Decode(b, new(holder)); err == nil || !strings.Contains(err.Error(), "panic") {
			t.Errorf("Decode: %v, want a panic as an error", err)
		}
	}
}

func TestLargeMessages(t *testing.T) {
	c := gobcodec.New()
	large := narrow{strings.Repeat("x", 1<<20)}
	for range 2 {
		b, err := c.Append(nil, large)
		if err != nil {
			t.Fatal(err)
		}
		var got narrow
		if err := c.Decode(b, &got); err != nil || got != large {
			t.Errorf("a message of %d bytes: %v", len(b), err)
		}
	}
}

type lower struct{ A int }

func TestCheck(t *testing.T) {
	c := gobcodec.New()
	type byPointer = *explosive
	tests := []struct {
		typ  reflect.Type
		want string // a part of the error; "" for none
	}{
		{reflect.TypeFor[map[string]any](), ""},
		{reflect.TypeFor[struct{ E error }](), ""},
		{reflect.TypeFor[map[string]byPointer](), ""},
		{reflect.TypeFor[complex128](), ""},
		{reflect.TypeFor[any](), "put it into a struct"},
		{reflect.TypeFor[*error](), "put it into a struct"},
		{reflect.TypeFor[struct{ C chan int }](), "field struct.C: chan int cannot cross"},
		{reflect.TypeFor[struct{ lower }](), "embedded field lower: gobcodec_test.lower is not exported"},
		{reflect.TypeFor[map[*int]int](), "as a key"},
	}
	for _, tt := range tests {
		err := c.Check(tt.typ)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Check(%v) = %v, want %q", tt.typ, err, tt.want)
		}
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	c := gobcodec.New()
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
