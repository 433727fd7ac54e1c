package codec

import (
	"bytes"
	"fmt"
)

// MaxElements is how many elements one value may have in the drivers that Tenon ships,
// unless they are told otherwise: the elements of lists and the keys and values of maps,
// at all depths together. An element takes a byte on the wire and often a hundred in
// memory, so that without a limit a message that is allowed becomes a value that is not.
// What has more is passed as a stream.
const MaxElements = 1 << 20

// A LimitError says that a value is over a limit of a codec.
type LimitError struct {
	Limit string // "MaxDepth" or "MaxElements"
	Max   int
}

// Error names the limit and says what to do.
func (e *LimitError) Error() string {
	switch e.Limit {
	case "MaxDepth":
		return fmt.Sprintf("nested deeper than %d levels (MaxDepth)", e.Max)
	case "MaxElements":
		return fmt.Sprintf("more than %d elements in one value (MaxElements): pass them as a stream, or raise the limit", e.Max)
	}
	return fmt.Sprintf("over the limit %s, %d", e.Limit, e.Max)
}

// ScanJSON looks through JSON before it is parsed, and returns a [*LimitError] for what
// is nested too deeply or has too many elements. Of input that is no JSON the parser
// complains later.
func ScanJSON(src []byte, maxDepth, maxElements int) error {
	depth, elements := 0, 0
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '{', '[':
			elements++
			if depth++; depth > maxDepth {
				return &LimitError{"MaxDepth", maxDepth}
			}
		case '}', ']':
			depth--
		case ',':
			elements++
		case '"':
			i = stringEnd(src, i+1)
		}
	}
	if elements > maxElements {
		return &LimitError{"MaxElements", maxElements}
	}
	return nil
}

// stringEnd returns where the string that begins at i has its closing quote, or
// the end of src.
func stringEnd(src []byte, i int) int {
	for i < len(src) {
		n := bytes.IndexByte(src[i:], '"')
		if n < 0 {
			return len(src)
		}
		i += n
		b := i
		for b > 0 && src[b-1] == '\\' {
			b--
		}
		if (i-b)%2 == 0 {
			return i
		}
		i++
	}
	return len(src)
}
