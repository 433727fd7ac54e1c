package echopb

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tenon-dev/tenon/tools/bench/internal/sample"
)

func TestTypicalBytesIsAboutRight(t *testing.T) {
	n := proto.Size(Record())
	if n < sample.TypicalBytes*9/10 || n > sample.TypicalBytes*11/10 {
		t.Errorf("the struct has %d bytes as protobuf, TypicalBytes says %d", n, sample.TypicalBytes)
	}
}

func TestRecordIsChecked(t *testing.T) {
	if r := Record(); !IsRecord(r) {
		t.Error("the record is not itself")
	}
	for name, change := range map[string]func(*Typical){
		"name":   func(r *Typical) { r.Name += "x" },
		"note":   func(r *Typical) { r.Note = "" },
		"size":   func(r *Typical) { r.Size++ },
		"counts": func(r *Typical) { r.Counts = r.Counts[1:] },
		"labels": func(r *Typical) { r.Labels = nil },
	} {
		r := Record()
		if change(r); IsRecord(r) {
			t.Errorf("a record with another %s passes", name)
		}
	}
}
