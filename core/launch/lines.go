package launch

import (
	"bytes"
	"sync"
)

// DefaultLineLimit is the length of the longest line, in bytes, that [Lines] passes
// on whole when it is not told otherwise.
const DefaultLineLimit = 1 << 20

// keptLine is how large a buffer may be to be kept for the next line.
const keptLine = 64 << 10

// Lines is an [io.Writer] that cuts what is written to it into lines, of any length
// up to a limit. Of a longer one the beginning is passed on as soon as the limit is
// reached, marked as truncated, and the rest of it is dropped and counted.
//
// All methods may be called concurrently; the function is called by one of them at a
// time, and must not call them itself.
type Lines struct {
	mu   sync.Mutex
	max  int
	each func(line []byte, truncated bool)

	buf      []byte // the line so far, at most max+1 bytes
	skipping bool   // the line was passed on as truncated, its end has not come yet
	dropped  int64
}

// NewLines returns a Lines that calls each for every line. max is the limit in bytes
// without the line's end; zero or less means [DefaultLineLimit].
//
// line holds neither "\n" nor a "\r" before it, is valid during the call only, and
// may be changed. It may be empty.
func NewLines(max int, each func(line []byte, truncated bool)) *Lines {
	if max <= 0 {
		max = DefaultLineLimit
	}
	return &Lines{max: max, each: each}
}

// Write passes on every line that p completes. It keeps a copy of what comes after
// the last line's end, does not change p unless the function does, and never fails.
func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(p)
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			l.add(p)
			break
		}
		l.complete(p[:i])
		p = p[i+1:]
	}
	return n, nil
}

// Flush passes on what is left when the stream has ended without a line's end.
func (l *Lines) Flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.buf) > 0 {
		l.complete(nil)
	}
	l.skipping = false
}

// Dropped returns how many bytes of long lines were thrown away so far.
func (l *Lines) Dropped() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped
}

// complete ends the line of which p is the last part.
func (l *Lines) complete(p []byte) {
	whole := len(l.buf) == 0 && !l.skipping
	if whole && len(bytes.TrimSuffix(p, []byte("\r"))) <= l.max {
		l.each(bytes.TrimSuffix(p, []byte("\r")), false) // no copy
		return
	}
	l.add(p)
	skipped := l.skipping
	l.skipping = false
	if skipped {
		return
	}
	line := bytes.TrimSuffix(l.buf, []byte("\r"))
	l.release()
	l.each(line, false)
}

// add appends p to the line, and passes the line on when it grows too long. One byte
// more than the limit is kept while it may be the "\r" of the line's end.
func (l *Lines) add(p []byte) {
	if l.skipping {
		l.dropped += int64(len(p))
		return
	}
	room := l.max + 1 - len(l.buf)
	part := p[:min(room, len(p))]
	l.buf = append(l.buf, part...)
	rest := p[len(part):]
	if len(l.buf) <= l.max || len(rest) == 0 && l.buf[l.max] == '\r' {
		return
	}
	l.dropped += int64(len(l.buf) - l.max + len(rest))
	l.skipping = true
	line := l.buf[:l.max]
	l.release()
	l.each(line, true)
}

// release lets the next line have the buffer, after the one that is being passed on:
// the function has returned by then, or panicked.
func (l *Lines) release() {
	l.buf = l.buf[:0]
	if cap(l.buf) > keptLine {
		l.buf = nil
	}
}
