package subject

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tenon-dev/tenon/tools/bench/internal/sample"
)

// MaxSize is the largest size of [Work] that is accepted: it passes the default
// limits of every peer.
const MaxSize = 2 << 20

// ParseWork reads what [Work.String] writes.
func ParseWork(s string) (Work, error) {
	for _, kind := range []Kind{Down, Up, Both, Turns, Reader} {
		if size, ok := strings.CutPrefix(s, string(kind)+":"); ok {
			w, err := parseSize(size)
			if err == nil && w.Size == 0 {
				err = fmt.Errorf("%q: a stream needs messages of a byte at least", s)
			}
			w.Kind = kind
			return w, err
		}
	}
	if s == "struct" {
		return Work{Struct: true, Size: sample.TypicalBytes, Data: sample.Bytes(sample.TypicalBytes)}, nil
	}
	return parseSize(s)
}

func parseSize(s string) (Work, error) {
	number, shift := s, 0
	switch {
	case strings.HasSuffix(s, "MiB"):
		number, shift = strings.TrimSuffix(s, "MiB"), 20
	case strings.HasSuffix(s, "KiB"):
		number, shift = strings.TrimSuffix(s, "KiB"), 10
	default:
		number = strings.TrimSuffix(s, "B")
	}
	n, err := strconv.ParseUint(number, 10, 31)
	if err != nil {
		return Work{}, fmt.Errorf(`%q is no work: give a size such as 64B, 1KiB or 1MiB, "struct", or a stream such as down:64KiB (down, up, both, turns, reader)`, s)
	}
	if n > MaxSize>>shift {
		return Work{}, fmt.Errorf("%s is more than %v: that is the most which all peers accept", s, Work{Size: MaxSize})
	}
	size := int(n) << shift
	return Work{Size: size, Data: sample.Bytes(size)}, nil
}
