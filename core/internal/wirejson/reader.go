package wirejson

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
)

// maxDepth is how deep objects and lists may be nested. The messages have four levels,
// and what is skipped may have some more.
const maxDepth = 100

// A Reader reads one JSON text. Its methods read the next value each, and give zero
// after the first error, which [Reader.Err] tells at the end.
type Reader struct {
	src      []byte
	pos      int
	depth    int
	elements int
	err      error
}

// NewReader returns a reader of src, which it keeps until it is done, and may write to;
// see [Reader.Base64].
func NewReader(src []byte) *Reader { return &Reader{src: src} }

// Err ends the reading: it says what was wrong, also that something is left over.
func (r *Reader) Err() error {
	if r.space(); r.err == nil && r.pos < len(r.src) {
		r.fail("nothing more")
	}
	return r.err
}

// Null reads null, if that is what comes; after an error it always is.
func (r *Reader) Null() bool { return r.word("null") || r.err != nil }

// Object reads an object: it calls member with the name of each one, which must read
// its value.
func (r *Reader) Object(member func(name string)) {
	if !r.begin('{', "an object") {
		return
	}
	for first := true; r.more('}', first); first = false {
		if r.space() != '"' {
			r.fail("a member's name")
			return
		}
		name := r.text()
		if r.space() != ':' {
			r.fail("a colon")
			return
		}
		r.pos++
		member(name)
	}
}

// List reads a list of at most so many elements: it calls element where each one begins,
// which must read it.
func (r *Reader) List(most Limit, element func()) {
	n := 0
	r.list(func() {
		if n++; n > most.Max {
			r.Over(most)
			return
		}
		element()
	})
}

// list reads a list.
func (r *Reader) list(element func()) {
	if !r.begin('[', "a list") {
		return
	}
	for first := true; r.more(']', first); first = false {
		element()
	}
}

// Texts reads a list of at most so many texts.
func (r *Reader) Texts(most Limit) []string { return r.texts(most, r.Text) }

// Names reads a list of at most so many names.
func (r *Reader) Names(most Limit) []string { return r.texts(most, r.Name) }

func (r *Reader) texts(most Limit, text func() string) []string {
	var list []string
	if r.space() == '[' {
		list = []string{}
	}
	r.List(most, func() { list = append(list, text()) })
	return list
}

// Name reads a short text.
func (r *Reader) Name() string { return r.named(r.Text()) }

// Text reads a text.
func (r *Reader) Text() string {
	switch {
	case r.Null():
		return ""
	case r.space() != '"':
		r.fail("a text")
		return ""
	}
	return r.text()
}

// Base64 reads bytes that are written as a text. No limit of texts holds for them: they
// take no memory, since they take the place of their text in the source.
func (r *Reader) Base64() []byte {
	switch {
	case r.Null():
		return nil
	case r.space() != '"':
		r.fail("a text")
		return nil
	}
	text := r.rawText()
	d := base64.NewDecoder(base64.StdEncoding, bytes.NewReader(text)) // is always behind what it has read
	n := 0
	for err := error(nil); r.err == nil && len(text) > 0 && err != io.EOF; {
		var more int
		more, err = d.Read(text[n:])
		if n += more; err != nil && err != io.EOF {
			r.fail("bytes in base64")
		}
	}
	if r.err != nil {
		return nil
	}
	return text[:n:n]
}

// Bool reads true or false.
func (r *Reader) Bool() bool {
	switch {
	case r.Null() || r.word("false"):
		return false
	case r.word("true"):
		return true
	}
	r.fail("true or false")
	return false
}

// Int reads a whole number of so many bits.
func (r *Reader) Int(bits int) int64 {
	if r.Null() {
		return 0
	}
	n, err := strconv.ParseInt(string(r.number()), 10, bits)
	if err != nil {
		r.fail(fmt.Sprintf("a whole number of %d bits", bits))
	}
	return n
}

// Uint reads a whole number of 64 bits that is not negative.
func (r *Reader) Uint() uint64 {
	if r.Null() {
		return 0
	}
	n, err := strconv.ParseUint(string(r.number()), 10, 64)
	if err != nil {
		r.fail("a whole number of 64 bits, not negative")
	}
	return n
}

// Skip reads a value of any kind.
func (r *Reader) Skip() {
	switch c := r.space(); {
	case c == '{':
		r.Object(func(string) { r.Skip() })
	case c == '[':
		r.list(r.Skip)
	case c == '"':
		r.text()
	case c == '-' || c >= '0' && c <= '9':
		r.number()
	case !r.Null() && !r.word("true") && !r.word("false"):
		r.fail("a value")
	}
}

// begin enters an object or a list. null is one without elements.
func (r *Reader) begin(bracket byte, what string) bool {
	switch {
	case r.Null():
		return false
	case r.space() != bracket:
		r.fail(what)
		return false
	case r.depth == maxDepth:
		r.fail(fmt.Sprintf("no more than %d levels", maxDepth))
		return false
	}
	r.pos++
	r.depth++
	return true
}

// more reports whether another element follows, and leaves the object or list if not.
func (r *Reader) more(bracket byte, first bool) bool {
	switch c := r.space(); {
	case r.err != nil:
		return false
	case c == bracket:
		r.pos++
		r.depth--
		return false
	case first:
	case c == ',':
		r.pos++
	default:
		r.fail("a comma or " + string(bracket))
		return false
	}
	if r.elements++; r.elements > maxElements {
		r.Over(Limit{"Elements", maxElements})
	}
	return r.err == nil
}

// word reads a word, if that is what comes.
func (r *Reader) word(word string) bool {
	r.space()
	if end := r.pos + len(word); r.err == nil && end <= len(r.src) && string(r.src[r.pos:end]) == word {
		r.pos = end
		return true
	}
	return false
}

// space skips white space and returns what follows it, 0 at the end or after an error.
func (r *Reader) space() byte {
	for ; r.err == nil && r.pos < len(r.src); r.pos++ {
		switch c := r.src[r.pos]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// fail keeps the first error.
func (r *Reader) fail(wanted string) {
	if r.err != nil {
		return
	}
	if r.pos >= len(r.src) {
		r.err = fmt.Errorf("at its end, byte %d: %s is missing", r.pos, wanted)
		return
	}
	found := r.src[r.pos:min(r.pos+16, len(r.src))]
	r.err = fmt.Errorf("at byte %d: %q, where %s belongs", r.pos, found, wanted)
}
