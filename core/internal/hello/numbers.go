package hello

import (
	"math"
	"math/bits"

	"github.com/tenon-dev/tenon/core/internal/wirejson"
	"github.com/tenon-dev/tenon/core/rpc"
)

func readInt(r *wirejson.Reader) int { return int(r.Int(bits.UintSize)) }

// listed is how many elements each list of a hello may have: as many as fit into one.
var listed = wirejson.Limit{Name: "List", Max: MaxSize}

func readInts(r *wirejson.Reader) []int {
	list := []int{}
	if r.Null() {
		return nil
	}
	r.List(listed, func() { list = append(list, readInt(r)) })
	return list
}

func writeInts(w *wirejson.Writer, list []int) {
	if list == nil {
		w.Null()
		return
	}
	w.Begin('[')
	for _, n := range list {
		w.Int(int64(n))
	}
	w.End(']')
}

// limits lists the limits as they are called on the wire.
func limits(l *rpc.Limits) []struct {
	name string
	n    *int
} {
	return []struct {
		name string
		n    *int
	}{
		{"message", &l.Message}, {"calls", &l.Calls}, {"receive", &l.Receive}, {"metadata", &l.Metadata},
		{"objects", &l.Objects}, {"references", &l.References}, {"streams", &l.Streams},
	}
}

func writeLimits(w *wirejson.Writer, l *rpc.Limits) {
	w.Begin('{')
	for _, limit := range limits(l) {
		w.Member(limit.name)
		w.Int(int64(*limit.n))
	}
	w.End('}')
}

// readLimits reads the limits that the other side announces. Absurd values are brought
// into range: they only tell this side when not to try.
func readLimits(r *wirejson.Reader, l *rpc.Limits) {
	*l = rpc.Limits{}
	r.Object(func(name string) {
		for _, limit := range limits(l) {
			if limit.name == name {
				*limit.n = int(min(max(r.Int(64), 0), math.MaxInt32))
				return
			}
		}
		r.Skip()
	})
	*l = l.WithDefaults()
}
