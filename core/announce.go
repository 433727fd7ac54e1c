package tenon

import (
	"bytes"
	"io"
	"sync"
	"sync/atomic"
)

// maxAnnounce is the length up to which a line of stdout may be the one that
// says how a plugin can be reached.
const maxAnnounce = 64 << 10

// announcements reads a plugin's stdout for the one line by which it says how it
// can be reached. All else goes on to next, in order, also while it waits; after
// the line was found, or is no longer waited for, everything does.
type announcements struct {
	match func(line []byte) bool
	next  io.Writer
	found chan []byte // gets the line, without its end

	waiting atomic.Bool

	mu    sync.Mutex // held by Write, also while next does not return
	long  bool       // in a line that is too long to be one
	line  []byte
	blank []byte // an empty line that is held back: the announcement may begin with one
}

func newAnnouncements(match func([]byte) bool, next io.Writer) *announcements {
	a := &announcements{match: match, next: next, found: make(chan []byte, 1)}
	a.waiting.Store(true)
	return a
}

// Write never fails: a plugin's output is read whatever happens to it.
func (a *announcements) Write(p []byte) (int, error) {
	a.write(p)
	if !a.waiting.Load() {
		a.settle() // stop may have come meanwhile, and did not wait
	}
	return len(p), nil
}

func (a *announcements) write(p []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	rest := p
	for a.waiting.Load() && len(rest) > 0 {
		part, after, whole := bytes.Cut(rest, []byte("\n"))
		if rest = after; whole {
			part = p[len(p)-len(after)-len(part)-1 : len(p)-len(after)]
		}
		a.take(part, whole)
	}
	if len(rest) > 0 {
		a.flush()
		a.pass(rest)
	}
}

// take takes a line, or a part of one that has no end yet.
func (a *announcements) take(part []byte, whole bool) {
	if a.long || len(a.line)+len(part) > maxAnnounce {
		a.flush()
		a.pass(part)
		a.long = !whole
		return
	}
	a.line = append(a.line, part...)
	if !whole {
		return
	}
	line := bytes.TrimRight(a.line, "\r\n")
	switch {
	case len(line) == 0 && len(a.blank) == 0:
		a.blank = append(a.blank, a.line...)
		a.line = a.line[:0]
	case a.match(line):
		a.waiting.Store(false)
		a.found <- bytes.Clone(line)
		a.line, a.blank = nil, nil
	default:
		a.flush()
	}
}

func (a *announcements) flush() {
	a.pass(a.blank)
	a.pass(a.line)
	a.blank = a.blank[:0]
	a.line = a.line[:0]
}

func (a *announcements) pass(p []byte) {
	if len(p) > 0 {
		a.next.Write(p)
	}
}

// stop waits for no line any more, and passes on what was held back. It does not wait for
// a Write that has not returned: that one does so then.
func (a *announcements) stop() {
	a.waiting.Store(false)
	a.settle()
}

// settle passes on what was held back, unless a Write is under way, which calls it too.
func (a *announcements) settle() {
	if a.mu.TryLock() {
		defer a.mu.Unlock()
		a.flush()
	}
}
