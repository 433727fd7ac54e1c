package launch

import (
	"bytes"
	"io"
	"strings"
)

// hidden stands for a byte of a secret.
const hidden = '*'

// HideSecrets returns a writer that passes on to next what a plugin prints, with "*" for
// each byte of the secrets of announcements. The one that [ParseAnnounce] read needs not
// be passed on; but a plugin may announce more than was asked for, or die within the line,
// and what it printed goes to logs and errors.
//
// Nothing is held back, and the number of bytes stays what it is.
func HideSecrets(next io.Writer) io.Writer { return &hider{next: next} }

// hider looks for two texts, the second one in the line of the first. Neither has its
// first byte in another place, so that it is enough to count how much of it was seen.
type hider struct {
	next io.Writer
	head matcher // the sentinel
	line bool    // in the rest of a line that has it
	key  matcher // the field's name there
	hide bool    // in the field's value
}

const (
	announceHead = sentinel + "|"
	secretKey    = "|" + secretField
)

// matcher is how much of a text the last bytes were.
type matcher int

// next takes a byte, and reports whether the text is complete.
func (m *matcher) next(text string, c byte) bool {
	switch c {
	case text[*m]:
		*m++
	case text[0]:
		*m = 1
	default:
		*m = 0
	}
	done := int(*m) == len(text)
	if done {
		*m = 0
	}
	return done
}

// Write never fails by itself.
func (h *hider) Write(p []byte) (int, error) {
	if !h.line && h.head == 0 && !bytes.Contains(p, []byte(announceHead)) {
		h.head = begun(p, announceHead)
		return h.next.Write(p)
	}
	shown := bytes.Clone(p) // p is the caller's
	for i, c := range shown {
		shown[i] = h.show(c)
	}
	return h.next.Write(shown)
}

// begun returns how much of text, not all of it, is at the end of p.
func begun(p []byte, text string) matcher {
	n := min(len(p), len(text)-1)
	for ; n > 0 && !bytes.HasSuffix(p, []byte(text[:n])); n-- {
	}
	return matcher(n)
}

// show returns what is to be seen of the next byte.
func (h *hider) show(c byte) byte {
	switch {
	case c == '\n':
		*h = hider{next: h.next}
	case !h.line:
		h.line = h.head.next(announceHead, c)
		if h.line {
			h.key = 1 // the head's bar may be the field's
		}
	case h.hide && c != '|':
		return hidden
	default:
		h.hide = h.key.next(secretKey, c)
	}
	return c
}

// hideSecret is for texts that are fields of an announcement, or were meant to be.
func hideSecret(field string) string {
	before, value, found := strings.Cut(field, secretField)
	if !found {
		return field
	}
	return before + secretField + strings.Repeat(string(hidden), len(value))
}
