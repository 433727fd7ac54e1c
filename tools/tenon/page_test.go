package main

import (
	"bytes"
	"strings"
	"testing"
)

// A terminal that is narrower than what stands in front gets no column of single words.
func TestWrapOnNarrowTerminals(t *testing.T) {
	words := strings.Fields("the system tells who is at the other end of a socket")
	indent := strings.Repeat(" ", 43)
	for _, wide := range []int{0, 200, 80, 40, 20, 5, 1} {
		var out bytes.Buffer
		p := &page{w: &out, wide: wide}
		p.text("ok  ")
		p.wrap("  "+pad("peer credentials", 35)+"  ", indent, words, " ")
		p.wrap(indent+"→ ", indent+"  ", words, " ")
		if got := strings.Count(strings.Join(strings.Fields(out.String()), " "), strings.Join(words, " ")); got != 2 {
			t.Errorf("%d columns: the words are there %d times:\n%s", wide, got, &out)
		}
		lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
		if wide == 0 && len(lines) != 2 || wide >= 20 && len(lines) > 12 {
			t.Errorf("%d columns: %d lines:\n%s", wide, len(lines), &out)
		}
		for _, l := range lines {
			if wide >= 50 && width(l) > wide || wide >= 20 && wide < 50 && width(l) > max(wide, 43) {
				t.Errorf("%d columns: a line of %d: %q", wide, width(l), l)
			}
		}
	}
}
