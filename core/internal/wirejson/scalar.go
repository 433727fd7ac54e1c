package wirejson

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// number reads a number as RFC 8259 writes it.
func (r *Reader) number() []byte {
	r.space()
	from := r.pos
	r.accept('-')
	switch {
	case r.accept('0'):
	case !r.digits():
		r.fail("a number")
		return nil
	}
	if r.accept('.') && !r.digits() {
		r.fail("a digit")
		return nil
	}
	if r.accept('e') || r.accept('E') {
		if !r.accept('+') {
			r.accept('-')
		}
		if !r.digits() {
			r.fail("a digit")
			return nil
		}
	}
	return r.src[from:r.pos]
}

// accept reads c, if that is what comes.
func (r *Reader) accept(c byte) bool {
	if r.err == nil && r.pos < len(r.src) && r.src[r.pos] == c {
		r.pos++
		return true
	}
	return false
}

// digits reads one digit or more.
func (r *Reader) digits() bool {
	from := r.pos
	for r.pos < len(r.src) && r.src[r.pos] >= '0' && r.src[r.pos] <= '9' {
		r.pos++
	}
	return r.err == nil && r.pos > from
}

// text reads a text that begins here with its quotation mark.
func (r *Reader) text() string {
	r.pos++
	from := r.pos
	for r.pos < len(r.src) {
		switch c := r.src[r.pos]; {
		case c == '"':
			if !r.within(r.pos - from) {
				return ""
			}
			s := string(r.src[from:r.pos])
			r.pos++
			return s
		case c == '\\' || c >= utf8.RuneSelf:
			if !r.within(r.pos - from) {
				return ""
			}
			return r.longText(append([]byte(nil), r.src[from:r.pos]...))
		case c < ' ':
			r.fail("a text without control characters")
			return ""
		}
		r.pos++
	}
	r.fail("the end of a text")
	return ""
}

// longText reads the rest of a text that is not all ASCII without escapes.
func (r *Reader) longText(b []byte) string {
	for r.pos < len(r.src) && r.within(len(b)) {
		switch c := r.src[r.pos]; {
		case c == '"':
			r.pos++
			return string(b)
		case c == '\\':
			b = r.escape(b)
			if r.err != nil {
				return ""
			}
		case c < ' ':
			r.fail("a text without control characters")
			return ""
		case c < utf8.RuneSelf:
			b = append(b, c)
			r.pos++
		default:
			char, size := utf8.DecodeRune(r.src[r.pos:])
			b = utf8.AppendRune(b, char)
			r.pos += size
		}
	}
	r.fail("the end of a text")
	return ""
}

// rawText reads a text of ASCII alone and without limit. It is part of the source.
func (r *Reader) rawText() []byte {
	r.pos++
	from := r.pos
	for r.pos < len(r.src) {
		switch c := r.src[r.pos]; {
		case c == '"':
			r.pos++
			return r.src[from : r.pos-1]
		case c == '\\':
			return r.longRawText(from)
		case c < ' ' || c >= utf8.RuneSelf:
			r.fail("a text of ASCII")
			return nil
		}
		r.pos++
	}
	r.fail("the end of a text")
	return nil
}

// longRawText reads the rest of one that has escapes, and writes it over itself: no escape
// is shorter than what it stands for.
func (r *Reader) longRawText(from int) []byte {
	b := r.src[from:r.pos]
	for r.pos < len(r.src) && r.err == nil {
		switch c := r.src[r.pos]; {
		case c == '"':
			r.pos++
			return b
		case c == '\\':
			b = r.escape(b)
		case c < ' ' || c >= utf8.RuneSelf:
			r.fail("a text of ASCII")
		default:
			b = append(b, c)
			r.pos++
		}
	}
	r.fail("the end of a text")
	return nil
}

// escape reads what a backslash begins.
func (r *Reader) escape(b []byte) []byte {
	if r.pos+1 >= len(r.src) {
		r.pos = len(r.src)
		r.fail("the rest of an escape")
		return b
	}
	c := r.src[r.pos+1]
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return r.unicode(b)
	default:
		r.fail("an escape")
		return b
	}
	r.pos += 2
	return append(b, c)
}

// unicode reads \u and four digits, and a second one where two make a character. Half
// of such a pair alone becomes U+FFFD.
func (r *Reader) unicode(b []byte) []byte {
	char, ok := r.unit()
	if !ok {
		r.fail("an escape")
		return b
	}
	r.pos += 6
	if utf16.IsSurrogate(char) {
		low, _ := r.unit()
		if char = utf16.DecodeRune(char, low); char != utf8.RuneError {
			r.pos += 6
		}
	}
	return utf8.AppendRune(b, char)
}

// unit looks at the UTF-16 unit that stands here as \u and four digits.
func (r *Reader) unit() (rune, bool) {
	if r.pos+6 > len(r.src) || r.src[r.pos] != '\\' || r.src[r.pos+1] != 'u' {
		return 0, false
	}
	for _, c := range r.src[r.pos+2 : r.pos+6] {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') { // ParseUint takes more
			return 0, false
		}
	}
	n, err := strconv.ParseUint(string(r.src[r.pos+2:r.pos+6]), 16, 16)
	return rune(n), err == nil
}
