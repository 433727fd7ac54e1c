package codectest

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// The types of the samples. Their names and fields are part of no contract.
type (
	scalars struct {
		Bool   bool
		Int    int
		Int8   int8
		Int16  int16
		Int32  int32
		Int64  int64
		Uint   uint
		Uint8  uint8
		Uint16 uint16
		Uint32 uint32
		Uint64 uint64
		F32    float32
		F64    float64
		String string
		Rune   rune
		Color  color
		Label  label
	}
	color int
	label string

	record struct {
		Name  string
		Email string
		Note  string
		ID    int64
		Age   int
		Marks []int32
		Tags  []string
	}

	containers struct {
		Bytes   []byte
		Strings []string
		Floats  []float64
		Array   [3]int
		Digest  [4]byte
		Records []record
		Links   []*record
		ByName  map[string]record
		ByID    map[int]string
		ByLabel map[label]*record
		Rows    [][]string
	}

	pointers struct {
		Record *record
		Text   *string
		Absent *record
	}

	embedding struct {
		Base
		Extra string
	}

	tree struct {
		Name     string
		Children []*tree
	}

	pair[K comparable, V any] struct {
		Key   K
		Value V
	}

	times struct {
		At   time.Time
		Zero time.Time
		Took time.Duration
	}

	numbers struct {
		Big *big.Int
	}

	wrapped struct {
		Temp  temperature
		Temps []temperature
		Ptr   *temperature
	}

	loose struct {
		Any  any
		List []any
		Map  map[string]any
	}

	empty struct{}
)

// Base is embedded in a sample, and exported since gob does not send embedded
// structs of other types.
type Base struct {
	ID   int
	Kind string
}

// A temperature has nothing exported, and methods on its pointer only, of which
// encodings know some or others.
type temperature struct{ milli int }

func (t *temperature) MarshalText() ([]byte, error) {
	return strconv.AppendInt(nil, int64(t.milli), 10), nil
}

func (t *temperature) UnmarshalText(b []byte) error {
	n, err := strconv.Atoi(string(b))
	t.milli = n
	return err
}

func (t *temperature) MarshalBinary() ([]byte, error) { return t.MarshalText() }

func (t *temperature) UnmarshalBinary(b []byte) error { return t.UnmarshalText(b) }

func sampleRecord() record {
	return record{
		Name: "Ada Lovelace", Email: "ada@example.org", Note: "first of her kind",
		ID: 1815, Age: 36, Marks: []int32{1, -2, 3, math.MaxInt32}, Tags: []string{"math", "engine"},
	}
}

// standardSamples makes the samples anew each time, since cases write into them.
func standardSamples() []Sample {
	text := "pointed at"
	rec := sampleRecord()
	return []Sample{
		{"bool", true},
		{"int", -42},
		{"uint64", uint64(math.MaxUint64)},
		{"int64", int64(math.MinInt64)},
		{"float64", 1.0 / 3},
		{"string", "naïve ☃ <b>&\u2028"},
		{"empty string", ""},
		{"named string", label("blue")},
		{"bytes", []byte{0, 1, 254, 255}},
		{"long bytes", bytes.Repeat([]byte("0123456789abcdef"), 4096)},
		{"long string", strings.Repeat("tenon ", 8192)},
		{"slice of ints", []int{1, 2, 3}},
		{"slice of structs", []record{rec, {}}},
		{"array", [3]int{1, 2, 3}},
		{"map", map[string]int{"one": 1, "two": 2}},
		{"pointer", &rec},
		{"time", time.Date(2024, 2, 29, 23, 59, 58, 987654321, time.FixedZone("", 5*3600+1800))},
		{"duration", 90 * time.Second},
		{"scalars", scalars{
			Bool: true, Int: -1, Int8: math.MinInt8, Int16: math.MinInt16, Int32: math.MinInt32, Int64: math.MinInt64,
			Uint: 1, Uint8: math.MaxUint8, Uint16: math.MaxUint16, Uint32: math.MaxUint32, Uint64: math.MaxUint64,
			F32: math.MaxFloat32, F64: math.SmallestNonzeroFloat64, String: "ok", Rune: '☃', Color: 3, Label: "red",
		}},
		{"zero struct", scalars{}},
		{"record", rec},
		{"containers", containers{
			Bytes: []byte("raw"), Strings: []string{"", "b"}, Floats: []float64{0, -1.5}, Array: [3]int{7, 0, 9}, Digest: [4]byte{1, 2, 3, 255},
			Records: []record{rec}, Links: []*record{&rec}, ByName: map[string]record{"ada": rec}, ByID: map[int]string{-1: "minus", 2: "two"},
			ByLabel: map[label]*record{"x": &rec}, Rows: [][]string{{"a"}, {"b", "c"}},
		}},
		{"pointers", pointers{Record: &rec, Text: &text}},
		{"embedding", embedding{Base: Base{ID: 1, Kind: "k"}, Extra: "e"}},
		{"tree", tree{Name: "root", Children: []*tree{{Name: "leaf"}, {Name: "branch", Children: []*tree{{Name: "twig"}}}}}},
		{"generic", pair[string, []pair[int, bool]]{Key: "k", Value: []pair[int, bool]{{Key: 1, Value: true}}}},
		{"times", times{At: time.Date(1969, 7, 20, 20, 17, 40, 1, time.UTC), Took: 1500 * time.Millisecond}},
		{"big", numbers{Big: new(big.Int).Lsh(big.NewInt(-3), 200)}},
		{"marshaling methods", wrapped{Temp: temperature{36600}, Temps: []temperature{{1}, {2}}, Ptr: &temperature{3}}},
		{"any", loose{Any: "text", List: []any{"a", true}, Map: map[string]any{"k": "v"}}},
		{"empty struct", empty{}},
	}
}
