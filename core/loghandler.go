package tenon

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"sync"
)

// logMark begins a line of a plugin's stderr that is a record. The control
// character in front keeps it from being printed by chance.
const logMark = "\x1etenon-log "

// NewLogHandler returns a handler for the logger of a plugin. Its records arrive
// at the host's logger as records: with their level, time, message and attributes.
// Each is one line on stderr, written at once, so that the last record before a
// crash arrives too.
//
//	slog.SetDefault(slog.New(tenon.NewLogHandler(nil)))
//
// opts are those of [slog.NewJSONHandler]; nil means the defaults. In a process
// without a host the lines are JSON for people to read.
func NewLogHandler(opts *slog.HandlerOptions) slog.Handler {
	return newLogHandler(os.Stderr, opts)
}

func newLogHandler(w io.Writer, opts *slog.HandlerOptions) slog.Handler {
	return slog.NewJSONHandler(&markedWriter{w: w}, opts)
}

// markedWriter puts the mark in front of each record, which comes in one Write,
// and hands both on in one Write.
type markedWriter struct {
	w io.Writer

	mu  sync.Mutex
	buf bytes.Buffer
}

func (m *markedWriter) Write(record []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.buf.Reset()
	m.buf.WriteString(logMark)
	m.buf.Write(record)
	if _, err := m.w.Write(m.buf.Bytes()); err != nil {
		return 0, err
	}
	return len(record), nil
}
