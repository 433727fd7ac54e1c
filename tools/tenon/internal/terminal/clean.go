// Package terminal writes what others made to a terminal, so that it is read and never
// obeyed.
package terminal

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns s as one line that commands no terminal: what could, line ends included,
// is written as an escape.
func Line(s string) string { return clean(s, false) }

// Text is Line for texts of several lines: line ends and tabs stay.
func Text(s string) string { return clean(s, true) }

func clean(s string, lines bool) string {
	if strings.IndexFunc(s, commands) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case lines && (r == '\n' || r == '\t'):
			b.WriteRune(r)
		case commands(r):
			b.WriteString(escape(r))
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// commands reports whether a terminal may do something else with r than show it:
// control characters of both sets, and those that turn the direction of a text or
// cannot be seen, but for the joiners that scripts and emoji need.
func commands(r rune) bool {
	const joiner, nonJoiner = '\u200d', '\u200c'
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) && r != joiner && r != nonJoiner
}

func escape(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\t':
		return `\t`
	case r == '\r':
		return `\r`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// JSON returns a JSON text in which what could command a terminal is written as JSON's
// own escapes, so that it is still the same value.
func JSON(b []byte) []byte {
	if bytes.IndexFunc(b, func(r rune) bool { return commands(r) && r != '\n' }) < 0 {
		return b
	}
	var out []byte
	for _, r := range string(b) {
		switch {
		case r == '\n' || r == '\t' || r == '\r' || !commands(r): // between values; in texts they are escaped already
			out = utf8.AppendRune(out, r)
		case r <= 0xffff:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		}
	}
	return out
}
