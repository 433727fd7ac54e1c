package main

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/tenon-dev/tenon/tools/tenon/internal/terminal"
)

// A progress is a bar on a terminal, and nothing elsewhere.
type progress struct {
	bar  *progressbar.ProgressBar // nil: none
	done time.Duration            // of the rows before
	row  time.Duration
}

func newProgress(w io.Writer, rows int, row time.Duration) *progress {
	p := &progress{row: row}
	if terminal.Is(w) {
		p.bar = progressbar.NewOptions64(int64(row)*int64(rows)/int64(time.Millisecond),
			progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionSetTheme(progressbar.ThemeUnicode))
	}
	return p
}

// cell tells which row is measured.
func (p *progress) cell(i int, c cell) {
	p.done = time.Duration(i) * p.row
	if p.bar != nil {
		p.bar.Describe(c.String())
		p.at(0)
	}
}

// at tells how much of the row is over. What goes wrong with a bar goes unnoticed.
func (p *progress) at(elapsed time.Duration) {
	if p.bar != nil {
		p.bar.Set64(int64((p.done + elapsed) / time.Millisecond))
	}
}

// end removes the bar.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Clear()
		p.bar = nil
	}
}
