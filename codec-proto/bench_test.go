package protocodec_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	protocodec "github.com/tenon-dev/tenon/codec-proto"
	"github.com/tenon-dev/tenon/codec-proto/internal/openpb"
	"github.com/tenon-dev/tenon/core/codec"
)

func newBenchNote() *openpb.Note {
	return &openpb.Note{
		Title: proto.String("Ada Lovelace"), Tags: []string{"math", "engine", "ada@example.org", "first of her kind"},
		Raw: []byte{1, 22, 33, 44}, Parent: &openpb.Note{Title: proto.String("parent")},
	}
}

func BenchmarkAppend(b *testing.B) { benchAppend(b, protocodec.New()) }

func BenchmarkAppendJSON(b *testing.B) { benchAppend(b, protocodec.NewJSON()) }

func BenchmarkDecode(b *testing.B) { benchDecode(b, protocodec.New()) }

func BenchmarkDecodeJSON(b *testing.B) { benchDecode(b, protocodec.NewJSON()) }

func benchAppend(b *testing.B, c codec.Codec) {
	note := newBenchNote()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		out, err := c.Append(buf[:0], note)
		if err != nil {
			b.Fatal(err)
		}
		buf = out
	}
	b.ReportMetric(float64(len(buf)), "bytes/msg")
}

func benchDecode(b *testing.B, c codec.Codec) {
	src, err := c.Append(nil, newBenchNote())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Decode(src, new(openpb.Note)); err != nil {
			b.Fatal(err)
		}
	}
}
