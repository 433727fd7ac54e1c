package cborcodec_test

import (
	"testing"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
)

// A small struct, as calls carry it: encode and decode are measured apart.
type benchRecord struct {
	Name  string
	Email string
	Note  string
	ID    int64
	Age   int
	Marks []int32
	Tags  []string
}

func newBenchRecord() *benchRecord {
	return &benchRecord{
		Name: "Ada Lovelace", Email: "ada@example.org", Note: "first of her kind",
		ID: 1815, Age: 36, Marks: []int32{1, 22, 333, 4444}, Tags: []string{"math", "engine"},
	}
}

func BenchmarkAppend(b *testing.B) {
	c := cborcodec.New()
	rec := newBenchRecord()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		out, err := c.Append(buf[:0], rec)
		if err != nil {
			b.Fatal(err)
		}
		buf = out
	}
	b.ReportMetric(float64(len(buf)), "bytes/msg")
}

func BenchmarkDecode(b *testing.B) {
	c := cborcodec.New()
	src, err := c.Append(nil, newBenchRecord())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var rec benchRecord
		if err := c.Decode(src, &rec); err != nil {
			b.Fatal(err)
		}
	}
}
