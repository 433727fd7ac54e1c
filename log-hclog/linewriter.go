package hclogbridge

import (
	"bytes"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"
)

// lineWriter turns the lines that a standard logger writes into records.
type lineWriter struct {
	log  func(level hclog.Level, msg string, args ...any)
	opts hclog.StandardLoggerOptions

	mu   sync.Mutex
	rest []byte
}

// maxLine is the length from which an unfinished line is logged as it is.
const maxLine = 64 << 10

// Write never fails.
func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	for {
		line, rest, whole := bytes.Cut(w.rest, []byte("\n"))
		if !whole && len(line) < maxLine {
			return len(p), nil
		}
		w.line(strings.TrimRight(string(line), " \t\r"))
		w.rest = append(w.rest[:0], rest...)
	}
}

func (w *lineWriter) line(line string) {
	level := w.opts.ForceLevel
	switch {
	case level != hclog.NoLevel:
		_, line = pickLevel(line)
	case w.opts.InferLevels || w.opts.InferLevelsWithTimestamp:
		level, line = pickLevel(line)
	default:
		level = hclog.Info
	}
	w.log(level, line)
}

// pickLevel returns the level that a line names in brackets, as the log package's
// users write it, and what follows; Info where there is none.
func pickLevel(line string) (hclog.Level, string) {
	for mark, level := range map[string]hclog.Level{
		"[TRACE]": hclog.Trace, "[DEBUG]": hclog.Debug, "[INFO]": hclog.Info,
		"[WARN]": hclog.Warn, "[ERROR]": hclog.Error, "[ERR]": hclog.Error,
	} {
		if i := strings.Index(line, mark); i >= 0 && strings.TrimLeft(line[:i], "0123456789/:. T-Z+") == "" {
			return level, strings.TrimSpace(line[i+len(mark):])
		}
	}
	return hclog.Info, line
}
