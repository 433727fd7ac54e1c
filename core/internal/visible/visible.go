// Package visible makes text that the other side of a link wrote safe for a terminal.
package visible

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns text in a form that cannot drive a terminal: control characters, those that
// turn the direction of text around, and bytes that are no text become escapes as in Go.
// Tabs and line feeds stay.
func Text(text string) string {
	clean := func(r rune, size int) bool {
		return (r != utf8.RuneError || size > 1) && (r == '\t' || r == '\n' || !unicode.In(r, unicode.Cc, unicode.Bidi_Control))
	}
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if !clean(r, size) {
			break
		}
		at += size
	}
	if at == len(text) {
		return text
	}
	var b strings.Builder
	b.WriteString(text[:at])
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case clean(r, size):
			b.WriteString(text[at : at+size])
		case r == utf8.RuneError:
			b.WriteString(`\x` + strconv.FormatUint(uint64(text[at])|0x100, 16)[1:])
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		at += size
	}
	return b.String()
}

// Line is Text for what stands in one line, such as a name: line feeds become escapes too.
func Line(text string) string { return strings.ReplaceAll(Text(text), "\n", `\n`) }

// Error returns err with its text made safe. What it wraps stays reachable.
func Error(err error) error {
	if err == nil || Text(err.Error()) == err.Error() {
		return err
	}
	return &safe{err}
}

type safe struct{ err error }

func (e *safe) Error() string { return Text(e.err.Error()) }
func (e *safe) Unwrap() error { return e.err }
