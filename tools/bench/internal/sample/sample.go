// Package sample holds the values that the benchmarks send: bytes of any length,
// and a struct such as services really pass.
package sample

import "slices"

// Typical is a record of a common shape: three strings, two integers, a slice of
// numbers, a slice of strings.
type Typical struct {
	Name   string
	Kind   string
	Note   string
	ID     int64
	Size   int64
	Counts []int32
	Labels []string
}

// TypicalBytes is about how many bytes a [Typical] of [Struct] has on the wire:
// what a peer without a codec sends in its place.
const TypicalBytes = 175

// Struct returns the one value of type [Typical] that is sent.
func Struct() Typical {
	return Typical{
		Name:   "orders-primary-eu-central",
		Kind:   "database",
		Note:   "moved to the new cluster after the spring maintenance",
		ID:     7_340_291,
		Size:   48_318_382_080,
		Counts: []int32{1, 20, 300, 4_000, 50_000, 600_000, 7_000_000, 80_000_000},
		Labels: []string{"team=orders", "tier=gold", "region=eu", "backup=daily"},
	}
}

// Equal reports whether two records hold the same.
func (t Typical) Equal(o Typical) bool {
	return t.Name == o.Name && t.Kind == o.Kind && t.Note == o.Note && t.ID == o.ID && t.Size == o.Size &&
		slices.Equal(t.Counts, o.Counts) && slices.Equal(t.Labels, o.Labels)
}

// Bytes returns n bytes, no two neighbours of which are equal.
func Bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}
