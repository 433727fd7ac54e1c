package gobcodec_test

import (
	"bytes"
	"encoding/gob"
	"testing"

	gobcodec "github.com/tenon-dev/tenon/codec-gob"
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
	c := gobcodec.New()
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
	c := gobcodec.New()
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

// The Fresh benchmarks do what the codec spares: a new gob encoder or decoder for
// each message.
func BenchmarkAppendFresh(b *testing.B) {
	rec := newBenchRecord()
	var buf bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		buf.Reset()
		if err := gob.NewEncoder(&buf).Encode(rec); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeFresh(b *testing.B) {
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(newBenchRecord()); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var rec benchRecord
		if err := gob.NewDecoder(bytes.NewReader(buf.Bytes())).Decode(&rec); err != nil {
			b.Fatal(err)
		}
	}
}
