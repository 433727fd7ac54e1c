package wirejson

import (
	"encoding/base64"
	"strconv"
	"unicode/utf8"
)

// A Writer appends one JSON text to a slice. The zero value appends to nil. What it
// is told in a wrong order becomes wrong JSON: the callers are the messages' own types.
type Writer struct {
	buf   []byte
	comma bool // something stands before the next element
}

// NewWriter returns a writer that appends to dst.
func NewWriter(dst []byte) *Writer { return &Writer{buf: dst} }

// Bytes returns what was written, behind what was there.
func (w *Writer) Bytes() []byte { return w.buf }

// Begin begins an object, '{', or a list, '['.
func (w *Writer) Begin(bracket byte) {
	w.element()
	w.buf, w.comma = append(w.buf, bracket), false
}

// End ends it with '}' or ']'.
func (w *Writer) End(bracket byte) { w.buf, w.comma = append(w.buf, bracket), true }

// Member begins a member of an object. name is written as it is: it must have nothing
// to escape.
func (w *Writer) Member(name string) {
	w.element()
	w.buf = append(w.buf, '"')
	w.buf = append(w.buf, name...)
	w.buf, w.comma = append(w.buf, '"', ':'), false
}

// AnyMember begins a member whose name may be any text.
func (w *Writer) AnyMember(name string) {
	w.Text(name)
	w.buf, w.comma = append(w.buf, ':'), false
}

// Null writes null.
func (w *Writer) Null() { w.element(); w.buf = append(w.buf, "null"...) }

// Int writes a number.
func (w *Writer) Int(n int64) { w.element(); w.buf = strconv.AppendInt(w.buf, n, 10) }

// Uint writes a number.
func (w *Writer) Uint(n uint64) { w.element(); w.buf = strconv.AppendUint(w.buf, n, 10) }

// Bool writes true or false.
func (w *Writer) Bool(b bool) { w.element(); w.buf = strconv.AppendBool(w.buf, b) }

// Base64 writes bytes as a text.
func (w *Writer) Base64(b []byte) {
	w.element()
	w.buf = append(w.buf, '"')
	w.buf = base64.StdEncoding.AppendEncode(w.buf, b)
	w.buf = append(w.buf, '"')
}

// Texts writes a list of texts, null for nil.
func (w *Writer) Texts(list []string) {
	if list == nil {
		w.Null()
		return
	}
	w.Begin('[')
	for _, s := range list {
		w.Text(s)
	}
	w.End(']')
}

const hexDigits = "0123456789abcdef"

// Text writes a text. Bytes in it that are no UTF-8 become U+FFFD.
func (w *Writer) Text(s string) {
	w.element()
	w.buf = append(w.buf, '"')
	plain := 0 // what stands from here on needs no escape
	for i := 0; i < len(s); {
		c, size := rune(s[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(s[i:])
		}
		if c >= ' ' && c != '"' && c != '\\' && (c != utf8.RuneError || size > 1) {
			i += size
			continue
		}
		w.buf = append(w.buf, s[plain:i]...)
		w.escape(c)
		i += size
		plain = i
	}
	w.buf = append(w.buf, s[plain:]...)
	w.buf = append(w.buf, '"')
}

func (w *Writer) escape(c rune) {
	switch c {
	case '"', '\\':
		w.buf = append(w.buf, '\\', byte(c))
	case '\n':
		w.buf = append(w.buf, '\\', 'n')
	case utf8.RuneError:
		w.buf = append(w.buf, `\ufffd`...)
	default:
		w.buf = append(w.buf, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
	}
}

// element separates elements.
func (w *Writer) element() {
	if w.comma {
		w.buf = append(w.buf, ',')
	}
	w.comma = true
}
