package jsoncodec

import "bytes"

// tooDeep reports whether arrays and objects in src are nested more than limit
// levels deep. It need not know whether src is JSON: of anything else, the parser
// complains later.
func tooDeep(src []byte, limit int) bool {
	depth := 0
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '{', '[':
			if depth++; depth > limit {
				return true
			}
		case '}', ']':
			depth--
		case '"':
			i = stringEnd(src, i+1)
		}
	}
	return false
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
