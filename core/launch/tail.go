package launch

import (
	"bytes"
	"sync"
)

// The sizes of what a [Tail] keeps, in bytes.
const (
	DefaultTailSize = 16 << 10 // of the end of the stream, unless told otherwise
	PanicTextLimit  = 64 << 10 // of the text of a crash, from its beginning

	crashLine = 4 << 10 // of a line in it
)

// Tail is an [io.Writer] that keeps the end of a stream, for the error that says how
// a plugin crashed, and the text with which a Go program dies: the message of a panic
// or a fatal error, and the stacks after it up to [PanicTextLimit]. A dump of many
// goroutines can be megabytes long, and its beginning is what matters.
//
// All methods may be called concurrently.
type Tail struct {
	mu    sync.Mutex
	size  int
	buf   []byte // at most 2*size; the last size bytes count
	lines *Lines
	crash crashText
}

// NewTail returns a Tail that keeps the last size bytes; zero or less means
// [DefaultTailSize].
func NewTail(size int) *Tail {
	if size <= 0 {
		size = DefaultTailSize
	}
	t := &Tail{size: size}
	t.lines = NewLines(crashLine, func(line []byte, _ bool) { t.crash.add(line) })
	return t
}

// Write keeps what it needs of p as a copy, and never fails.
func (t *Tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(p)
	t.lines.Write(p)
	if len(p) >= t.size {
		t.buf = append(t.buf[:0], p[len(p)-t.size:]...)
		return n, nil
	}
	if len(t.buf)+len(p) > 2*t.size {
		keep := copy(t.buf, t.buf[len(t.buf)-(t.size-len(p)):])
		t.buf = t.buf[:keep]
	}
	t.buf = append(t.buf, p...)
	return n, nil
}

// Text returns the end of what was written so far.
func (t *Tail) Text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf[max(0, len(t.buf)-t.size):])
}

// Panic returns the text of the last crash, from the line that begins with "panic: ",
// "fatal error: ", "runtime: " or "SIGSEGV: " (or another signal) to the end, cut at
// [PanicTextLimit]. It returns "" where there was no such line.
//
// A line of that kind need not mean a crash: ask for it when the process has ended,
// and with an exit code other than 0.
func (t *Tail) Panic() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	crash := t.crash.clone()
	if part := t.lines.partial(); len(part) > 0 {
		crash.add(part)
	}
	return string(crash.text)
}

// partial is the line that has not ended yet, and was not passed on.
func (l *Lines) partial() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf
}

// crashText collects the text of a crash line by line.
//
// A line that only introduces a crash ("runtime: ", a signal's name) starts one
// where there is none yet. A line that says it for sure ("panic: ", "fatal error: ")
// starts a new one, together with the runtime's lines directly before it: programs
// print the word in vain, and the last crash is the one that they died of.
type crashText struct {
	text []byte
	lead int // where the run of the runtime's lines begins that reaches the end of text; -1: there is none
}

func (c *crashText) add(line []byte) {
	intro := introducesCrash(line)
	sure := bytes.HasPrefix(line, []byte("panic: ")) || bytes.HasPrefix(line, []byte("fatal error: "))
	leads := sure || bytes.HasPrefix(line, []byte("runtime: "))
	switch {
	case len(c.text) == 0 && !intro:
		return
	case sure && c.lead >= 0:
		c.text = append(c.text[:0], c.text[c.lead:]...)
		c.lead = 0
	case sure:
		c.text = c.text[:0]
		c.lead = 0
	case !leads:
		c.lead = -1
	case c.lead < 0 || len(c.text) == 0:
		c.lead = len(c.text)
	}
	room := PanicTextLimit - len(c.text)
	c.text = append(c.text, line[:min(room, len(line))]...)
	if len(c.text) < PanicTextLimit {
		c.text = append(c.text, '\n')
	}
}

func (c *crashText) clone() crashText {
	return crashText{text: bytes.Clone(c.text), lead: c.lead}
}

// introducesCrash reports whether line is one that the runtime prints at the
// beginning of a crash, or before the line that names it.
func introducesCrash(line []byte) bool {
	if bytes.HasPrefix(line, []byte("panic: ")) || bytes.HasPrefix(line, []byte("fatal error: ")) || bytes.HasPrefix(line, []byte("runtime: ")) {
		return true
	}
	name, _, ok := bytes.Cut(line[:min(len(line), 16)], []byte(": "))
	if !ok || len(name) < 5 || !bytes.HasPrefix(name, []byte("SIG")) {
		return false
	}
	for _, b := range name[3:] {
		if b < 'A' || b > 'Z' {
			return false
		}
	}
	return true
}
