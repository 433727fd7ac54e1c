package goplugin

import (
	"io"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/logline"
)

// A logWriter takes the standard error of a plugin: it passes it on line by line to the
// host's writer, and logs it.
type logWriter struct {
	*logline.Splitter
	raw     io.Writer
	log     hclog.Logger
	level   hclog.Level
	dying   bool // a line said that the plugin dies; the rest explains it
	partial []byte
}

func newLogWriter(log hclog.Logger, raw io.Writer, max int) *logWriter {
	w := &logWriter{raw: raw, log: log, level: log.GetLevel()}
	w.Splitter = logline.NewSplitter(max, w.line)
	return w
}

// line takes a line, or a part of a long one.
func (w *logWriter) line(part []byte, whole, last bool) {
	if w.raw != io.Discard {
		w.partial = append(w.partial[:0], part...)
		if last {
			w.partial = append(w.partial, '\n')
		}
		w.raw.Write(w.partial) // its errors are the host's own affair, and must not stop the log
	}
	switch {
	case w.level == hclog.Off:
	case !whole:
		w.log.Debug(string(part))
	default:
		w.record(part)
	}
}

// record logs a line at the level that it names.
func (w *logWriter) record(line []byte) {
	e, err := logline.Parse(line)
	if err != nil {
		w.text(string(line))
		return
	}
	if e.Level == hclog.NoLevel || e.Level == hclog.Off {
		w.log.Debug(string(line)) // JSON, but no log record
		return
	}
	if e.Level < w.level {
		return
	}
	w.emit(e.Level, e.Message, append(e.Pairs, "timestamp", e.Time.Format(hclog.TimeFormat))...)
}

// text logs a line that is no record.
func (w *logWriter) text(line string) {
	for prefix, level := range map[string]hclog.Level{
		"[TRACE]": hclog.Trace, "[DEBUG]": hclog.Debug, "[INFO]": hclog.Info, "[WARN]": hclog.Warn, "[ERROR]": hclog.Error,
	} {
		if strings.HasPrefix(line, prefix) {
			w.emit(level, line)
			return
		}
	}
	if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
		w.dying = true
	}
	if w.dying {
		w.log.Error(line)
		return
	}
	w.log.Debug(line)
}

// emit calls the method of the level: hosts wrap loggers and watch single methods.
func (w *logWriter) emit(level hclog.Level, msg string, pairs ...any) {
	switch level {
	case hclog.Trace:
		w.log.Trace(msg, pairs...)
	case hclog.Debug:
		w.log.Debug(msg, pairs...)
	case hclog.Info:
		w.log.Info(msg, pairs...)
	case hclog.Warn:
		w.log.Warn(msg, pairs...)
	default:
		w.log.Error(msg, pairs...)
	}
}
