package wirejson

import "github.com/tenon-dev/tenon/core/codec"

// A Limit bounds how many elements one list may have. The error of a list that has more
// is a [*codec.LimitError] with its name.
type Limit struct {
	Name string
	Max  int
}

// An element takes a byte or two on the wire and often a hundred in memory, and nobody
// else looks at these messages before they are read. So each of them is bounded as a whole.
const (
	maxElements = 1 << 16  // of all lists and objects together, also of those that are skipped
	maxText     = 64 << 10 // bytes of one text, but for those of [Reader.Base64]
	maxName     = 1 << 10  // bytes of one name
)

// Over ends the reading: something is over l.
func (r *Reader) Over(l Limit) {
	if r.err == nil {
		r.err = &codec.LimitError{Limit: l.Name, Max: l.Max}
	}
}

// within reports whether a text of n bytes is not over the limit of texts.
func (r *Reader) within(n int) bool {
	if n > maxText {
		r.Over(Limit{"Text", maxText})
	}
	return n <= maxText
}

// named holds a text to the limit of names.
func (r *Reader) named(s string) string {
	if len(s) > maxName {
		r.Over(Limit{"Name", maxName})
		return ""
	}
	return s
}
