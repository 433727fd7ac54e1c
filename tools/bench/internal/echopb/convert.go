package echopb

import (
	"github.com/tenon-dev/tenon/tools/bench/internal/sample"
)

// Record returns the struct that all subjects send, as a message.
func Record() *Typical {
	s := sample.Struct()
	return &Typical{Name: s.Name, Kind: s.Kind, Note: s.Note, Id: s.ID, Size: s.Size, Counts: s.Counts, Labels: s.Labels}
}

// IsRecord reports whether t holds what [Record] returns.
func IsRecord(t *Typical) bool {
	return sample.Struct().Equal(sample.Typical{Name: t.GetName(), Kind: t.GetKind(), Note: t.GetNote(),
		ID: t.GetId(), Size: t.GetSize(), Counts: t.GetCounts(), Labels: t.GetLabels()})
}
