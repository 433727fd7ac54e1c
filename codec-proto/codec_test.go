package protocodec_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	protocodec "github.com/tenon-dev/tenon/codec-proto"
	"github.com/tenon-dev/tenon/codec-proto/internal/hybridpb"
	"github.com/tenon-dev/tenon/codec-proto/internal/opaquepb"
	"github.com/tenon-dev/tenon/codec-proto/internal/openpb"
	"github.com/tenon-dev/tenon/core/codec"
)

func both() []codec.Codec { return []codec.Codec{protocodec.New(), protocodec.NewJSON()} }

func TestDecodeMakesTheMessage(t *testing.T) {
	for _, c := range both() {
		b, err := c.Append(nil, wrapperspb.String("made"))
		if err != nil {
			t.Fatal(err)
		}
		var made *wrapperspb.StringValue
		if err := c.Decode(b, &made); err != nil || made.GetValue() != "made" {
			t.Errorf("%s: into a nil pointer: %v, %v", c.Name(), made, err)
		}
		given := new(wrapperspb.StringValue)
		p := given
		if err := c.Decode(b, &p); err != nil || p != given || given.GetValue() != "made" {
			t.Errorf("%s: into a message behind a pointer: %v, %v", c.Name(), given, err)
		}
	}
}

func TestNilArrivesAsEmpty(t *testing.T) {
	for _, c := range both() {
		var none *wrapperspb.StringValue
		for _, v := range []any{none, &none, (**wrapperspb.StringValue)(nil)} {
			b, err := c.Append(nil, v)
			if err != nil {
				t.Errorf("%s: %T: %v", c.Name(), v, err)
				continue
			}
			got := new(wrapperspb.StringValue)
			if err := c.Decode(b, got); err != nil || got.GetValue() != "" {
				t.Errorf("%s: %T arrived as %v, %v", c.Name(), v, got, err)
			}
		}
	}
}

func TestTheThreeAPIsUnderstandEachOther(t *testing.T) {
	open := &openpb.Note{Title: proto.String("same"), Tags: []string{"a"}, Counts: map[string]int64{"n": 1}}
	for _, c := range both() {
		b, err := c.Append(nil, open)
		if err != nil {
			t.Fatal(err)
		}
		hybrid, opaque := new(hybridpb.Note), new(opaquepb.Note)
		if err := errors.Join(c.Decode(b, hybrid), c.Decode(b, opaque)); err != nil {
			t.Fatal(err)
		}
		if hybrid.GetTitle() != "same" || opaque.GetTitle() != "same" || opaque.GetCounts()["n"] != 1 {
			t.Errorf("%s: got %v and %v", c.Name(), hybrid, opaque)
		}
	}
}

func TestUnknownFields(t *testing.T) {
	// A note is read by one who knows its first field alone, and sent on.
	sent := &openpb.Note{Title: proto.String("t"), Raw: []byte("unknown there")}
	c := protocodec.New()
	b, err := c.Append(nil, sent)
	if err != nil {
		t.Fatal(err)
	}
	middle := new(wrapperspb.StringValue)
	if err := c.Decode(b, middle); err != nil || middle.GetValue() != "t" {
		t.Fatalf("%v, %v", middle, err)
	}
	if b, err = c.Append(nil, middle); err != nil {
		t.Fatal(err)
	}
	got := new(openpb.Note)
	if err := c.Decode(b, got); err != nil || !proto.Equal(got, sent) {
		t.Errorf("sent on by one who does not know a field, %v arrived as %v, %v", sent, got, err)
	}

	if err := protocodec.NewJSON().Decode([]byte(`{"title":"j","color":["red"]}`), got); err != nil || got.GetTitle() != "j" {
		t.Errorf("JSON with an unknown name: %v, %v", got, err)
	}
}

func TestDepthLimit(t *testing.T) {
	c := protocodec.New()
	if err := c.Decode(nested(codec.MaxDepth-10), new(opaquepb.Note)); err != nil {
		t.Errorf("less than the limit: %v", err)
	}
	if err := c.Decode(nested(codec.MaxDepth+10), new(opaquepb.Note)); err == nil {
		t.Error("more than the limit: no error")
	}
}

func TestErrorsAreReadable(t *testing.T) {
	for _, c := range both() {
		if _, err := c.Append(nil, "text"); err == nil || !strings.Contains(err.Error(), "not a pointer to a protobuf message") {
			t.Errorf("%s: Append: %v", c.Name(), err)
		}
		if err := c.Decode(nil, new(string)); err == nil || !strings.Contains(err.Error(), "not a pointer to a protobuf message") {
			t.Errorf("%s: Decode: %v", c.Name(), err)
		}
		if _, err := c.Append(nil, wrapperspb.String("\xff")); err == nil {
			t.Errorf("%s: Append of text that is not UTF-8: no error", c.Name())
		}
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		typ  reflect.Type
		want string // a part of the error; "" for none
	}{
		{reflect.TypeFor[*structpb.Struct](), ""},
		{reflect.TypeFor[*openpb.Note](), ""},
		{reflect.TypeFor[*hybridpb.Note](), ""},
		{reflect.TypeFor[*opaquepb.Note](), ""},
		{reflect.TypeFor[opaquepb.Note](), "use *opaquepb.Note"},
		{reflect.TypeFor[string](), "is no protobuf message; declare the service in a .proto file"},
		{reflect.TypeFor[proto.Message](), "is no protobuf message"},
		{reflect.TypeFor[**opaquepb.Note](), "is no protobuf message"},
		{reflect.TypeFor[[]*opaquepb.Note](), "is no protobuf message"},
		{nil, "no type was given"},
	}
	for _, c := range both() {
		for _, tt := range tests {
			err := c.Check(tt.typ)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: Check(%v) = %v, want %q", c.Name(), tt.typ, err, tt.want)
			}
		}
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	c := protocodec.New()
	note, buf := newBenchNote(), make([]byte, 0, 1024)
	n := testing.AllocsPerRun(100, func() {
		if _, err := c.Append(buf, note); err != nil {
			t.Fatal(err)
		}
	})
	if n >= 1 {
		t.Errorf("Append allocates %v times", n)
	}
}
