package protocodec_test

import (
	"bytes"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/apipb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/typepb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	protocodec "github.com/tenon-dev/tenon/codec-proto"
	"github.com/tenon-dev/tenon/codec-proto/internal/hybridpb"
	"github.com/tenon-dev/tenon/codec-proto/internal/opaquepb"
	"github.com/tenon-dev/tenon/codec-proto/internal/openpb"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/codectest"
)

func samples(t testing.TB) []codectest.Sample {
	t.Helper()
	object, err := structpb.NewStruct(map[string]any{"a": 1.5, "b": []any{"x", true, nil}, "c": map[string]any{"d": "e"}})
	if err != nil {
		t.Fatal(err)
	}
	at := &timestamppb.Timestamp{Seconds: 1_700_000_000, Nanos: 987_654_321}
	counts := map[string]int64{"one": 1}
	opaque := opaquepb.Note_builder{
		Title: proto.String("opaque"), Tags: []string{"a", "b"}, Counts: counts, Raw: []byte{0, 1, 255}, At: at,
		Parent: opaquepb.Note_builder{Title: proto.String("parent")}.Build(),
	}.Build()
	return []codectest.Sample{
		{Name: "text", Value: wrapperspb.String("naïve ☃")},
		{Name: "bytes", Value: wrapperspb.Bytes([]byte{0, 1, 254, 255})},
		{Name: "long bytes", Value: wrapperspb.Bytes(bytes.Repeat([]byte("0123456789"), 5000))},
		{Name: "number", Value: wrapperspb.UInt64(1<<64 - 1)},
		{Name: "duration", Value: durationpb.New(-1500)},
		{Name: "object", Value: object},
		{Name: "api", Value: &apipb.Api{
			Name: "Store", Version: "v1", Syntax: typepb.Syntax_SYNTAX_PROTO3,
			Methods: []*apipb.Method{{Name: "Get", RequestTypeUrl: "t/Key", ResponseStreaming: true}},
			Options: []*typepb.Option{{Name: "deprecated"}},
		}},
		{Name: "type", Value: &typepb.Type{Name: "Key", Fields: []*typepb.Field{{Kind: typepb.Field_TYPE_BYTES, Number: 7, Name: "raw"}}}},
		{Name: "open", Value: &openpb.Note{
			Title: proto.String("open"), Tags: []string{"a", "b"}, Counts: counts, Raw: []byte{0, 1, 255}, At: at,
			Parent: &openpb.Note{Title: proto.String("")},
		}},
		{Name: "hybrid", Value: &hybridpb.Note{Title: proto.String("hybrid"), Tags: []string{"a"}, At: at, Parent: &hybridpb.Note{}}},
		{Name: "opaque", Value: opaque},
	}
}

func options(t *testing.T, make func() codec.Codec) codectest.Options {
	return codectest.Options{
		New:         make,
		Samples:     samples(t),
		OnlySamples: true,
		Equal: func(want, got any) bool {
			return proto.Equal(want.(proto.Message), got.(proto.Message))
		},
	}
}

func newNote() any { return new(opaquepb.Note) }

func TestConformance(t *testing.T) {
	opts := options(t, func() codec.Codec { return protocodec.New() })
	opts.Unframed = true
	opts.Hostile = []codectest.Hostile{
		{Name: "bytes of 2^60", Src: []byte{0x2A, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10}, Into: newNote},
		{Name: "too many levels", Src: nested(codec.MaxDepth + 10), Into: newNote},
		{Name: "groups without end", Src: bytes.Repeat([]byte{0x53}, 1_000_000), Into: newNote},
		{Name: "text that is not UTF-8", Src: []byte{0x0A, 1, 0xFF}, Into: newNote},
	}
	codectest.Run(t, protocodec.New(), opts)
}

func TestConformanceJSON(t *testing.T) {
	opts := options(t, func() codec.Codec { return protocodec.NewJSON() })
	opts.Hostile = []codectest.Hostile{
		{Name: "too many levels", Src: []byte(strings.Repeat(`{"parent":`, 100_000)), Into: newNote},
		{Name: "too many unknown levels", Src: []byte(`{"x":` + strings.Repeat("[", 100_000)), Into: newNote},
		{Name: "too many levels of an object", Src: []byte(strings.Repeat(`{"a":`, 100_000)), Into: func() any { return new(structpb.Struct) }},
		{Name: "two messages", Src: []byte(`{}{}`), Into: newNote},
	}
	codectest.Run(t, protocodec.NewJSON(), opts)
}

// nested returns the bytes of a note with so many parents.
func nested(levels int) []byte {
	var b []byte
	for range levels {
		n := len(b)
		head := []byte{0x22}
		for ; n >= 0x80; n >>= 7 {
			head = append(head, byte(n)|0x80)
		}
		b = append(append(head, byte(n)), b...)
	}
	return b
}
