package main

import (
	"fmt"
	"io"
	"os"

	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// A progress tells a person what is going on: in one line that changes on a
// terminal, elsewhere in one line for each cell.
type progress struct {
	w        io.Writer
	terminal bool
	steps    int // all steps of all cells
	done     int
	last     string // what was said last, where it is not a terminal
}

func newProgress(w io.Writer, opts *options) *progress {
	p := &progress{w: w}
	for _, c := range opts.cells {
		for _, s := range opts.subjects {
			if opts.takesPart(s, c) {
				p.steps += opts.rounds + 1
			}
		}
	}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// step tells that a subject has its turn in a round; round 0 warms up.
func (p *progress) step(c cell, round, rounds int, who subject.Label) {
	percent := 100 * p.done / max(p.steps, 1)
	p.done++
	if !p.terminal {
		p.line(fmt.Sprintf("%3d%%  %v", percent, c), c.String())
		return
	}
	p.rewrite(fmt.Sprintf("%3d%%  %v, round %d of %d: %v", percent, c, round, rounds, who))
}

// say tells something else.
func (p *progress) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !p.terminal {
		p.line(text, format)
		return
	}
	p.rewrite(text)
}

// line writes a line, unless it is about the same as the last one.
func (p *progress) line(text, about string) {
	if about != p.last {
		p.last = about
		fmt.Fprintln(p.w, text)
	}
}

func (p *progress) rewrite(text string) { fmt.Fprintf(p.w, "\r\x1b[K%s", text) }

// clear removes the line that changes.
func (p *progress) clear() {
	if p.terminal {
		p.rewrite("")
	}
}
