package main

import (
	"fmt"
	"os"
	"time"
)

// progress shows on a terminal how far the work is.
type progress struct {
	out   *os.File
	total int64
	on    bool
	last  time.Time
}

func newProgress(out *os.File, total int64) *progress {
	info, err := out.Stat()
	return &progress{out: out, total: max(total, 1), on: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

func (p *progress) show(done int64) {
	if !p.on || time.Since(p.last) < 100*time.Millisecond {
		return
	}
	p.last = time.Now()
	fmt.Fprintf(p.out, "\rcounting words: %3d %%", min(100, 100*done/p.total))
}

// end takes the line away.
func (p *progress) end() {
	if p.on {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
