package terminal

import (
	"io"
	"os"
	"sync"
	"unicode/utf8"

	"golang.org/x/term"
)

// A Writer passes on what is written to it as [Text] has it. It may be used
// concurrently. A character that is cut in two waits for its rest.
type Writer struct {
	mu   sync.Mutex
	w    io.Writer
	rest []byte
}

// NewWriter returns a writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write implements [io.Writer].
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := append(w.rest, p...)
	whole := len(b)
	for i := max(0, len(b)-utf8.UTFMax+1); i < len(b); i++ {
		if utf8.RuneStart(b[i]) && !utf8.FullRune(b[i:]) {
			whole = i
			break
		}
	}
	w.rest = append([]byte(nil), b[whole:]...)
	if _, err := io.WriteString(w.w, Text(string(b[:whole]))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Is reports whether w, a reader or a writer, is a terminal.
func Is(w any) bool {
	f, ok := file(w)
	return ok && term.IsTerminal(int(f.Fd()))
}

// file returns the file that w is, or that stands behind it.
func file(w any) (*os.File, bool) {
	if behind, ok := w.(interface{ Unwrap() io.Writer }); ok {
		w = behind.Unwrap()
	}
	f, ok := w.(*os.File)
	return f, ok
}

// Width returns how wide the terminal w is, and 0 where it is none.
func Width(w any) int {
	f, ok := file(w)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
