package jsoncall

import (
	"slices"

	"github.com/tenon-dev/tenon/core/rpc"
)

// What the catalogue calls the live values that can be passed and taken.
const (
	liveReader = "reader"
	liveWriter = "writer"
)

// live refuses methods whose live values need code on this side.
func (b *builder) live(m rpc.MethodInfo) error {
	count := map[string]int{}
	for _, kind := range m.Live {
		if kind != liveReader && kind != liveWriter {
			return b.always("it takes a %s", kind)
		}
		if count[kind]++; count[kind] > 1 {
			return b.always("it takes more than one %s", kind)
		}
	}
	if len(m.Live) > 0 && (m.Kind == rpc.KindClientStream || m.Kind == rpc.KindBidiStream) {
		return b.always("it takes a stream and a %s, whose order the catalogue does not tell", m.Live[0])
	}
	if i := slices.IndexFunc(m.LiveResults, func(kind string) bool { return kind != liveReader }); i >= 0 {
		return b.always("it returns a %s", m.LiveResults[i])
	}
	if len(m.LiveResults) > 1 {
		return b.always("it returns %d readers", len(m.LiveResults))
	}
	return nil
}

// always refuses what no codec changes.
func (b *builder) always(format string, args ...any) error {
	any := *b
	any.codec = ""
	return any.refuse(format, args...)
}
