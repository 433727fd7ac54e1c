package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tenon-dev/tenon/tools/tenon/internal/terminal"
)

// A page is output for people. Whatever is printed on it commands no terminal.
type page struct {
	w      io.Writer
	wide   int // 0: as wide as it gets
	styled bool
	column int
}

func newPage(w io.Writer) *page {
	return &page{w: w, wide: terminal.Width(w), styled: terminal.Is(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// text prints what stands in one line, without its end.
func (p *page) text(s string) {
	s = terminal.Line(s)
	p.column += width(s)
	io.WriteString(p.w, s)
}

func (p *page) bold(s string) { p.style("1", s) }

// style prints text with a code of ECMA-48, on terminals.
func (p *page) style(code, s string) {
	if p.styled {
		io.WriteString(p.w, "\x1b["+code+"m")
		defer io.WriteString(p.w, "\x1b[0m")
	}
	p.text(s)
}

func (p *page) line(s string) {
	p.text(s)
	io.WriteString(p.w, "\n")
	p.column = 0
}

// wrap prints words behind first, with between between them, and goes on in a new line
// behind next where the terminal ends. Where so narrow a terminal would leave no room
// behind next, it is less.
func (p *page) wrap(first, next string, words []string, between string) {
	if p.wide > 0 && width(next) > p.wide/2 {
		const narrow = "    "
		next = narrow
		if text := strings.TrimLeft(first, " "); len(first)-len(text) > len(narrow) {
			first = narrow + text
		}
	}
	p.text(first)
	for i, word := range words {
		between := between
		if i == 0 {
			between = ""
		}
		if p.wide > 0 && p.column+width(between)+width(word) > p.wide && p.column > width(next) {
			p.line(strings.TrimRight(between, " "))
			p.text(next)
		} else {
			p.text(between)
		}
		p.text(word)
	}
	p.line("")
}

// doc prints a documentation, if there is one.
func (p *page) doc(indent, text string) {
	for l := range strings.Lines(strings.TrimSpace(text)) {
		p.line(indent + strings.TrimRight(l, "\n"))
	}
}

// printJSON prints v as indented JSON.
func printJSON(w io.Writer, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", terminal.JSON(b))
	return err
}

func width(s string) int { return utf8.RuneCountInString(s) }

func pad(s string, wide int) string { return s + strings.Repeat(" ", max(0, wide-width(s))) }

func spaced(words []string) string { return strings.Join(words, " ") }

// joined joins what is not empty.
func joined(words ...string) string {
	var some []string
	for _, w := range words {
		if w != "" {
			some = append(some, w)
		}
	}
	return spaced(some)
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
