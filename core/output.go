package tenon

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenon-dev/tenon/core/internal/visible"
	"github.com/tenon-dev/tenon/core/launch"
)

// output is where the bytes go that a plugin prints.
type output struct {
	offers        []string // of the dialects, for the plugin's environment
	dialects      []Dialect
	announcements *announcements // in front of stdout
	stderr        io.Writer

	tail       *launch.Tail // of stderr
	stdoutTail *launch.Tail
	logs       []*lineLog
}

const stdoutTailSize = 4 << 10

func newOutput(cfg ClientConfig) *output {
	o := &output{dialects: cfg.Dialects, tail: launch.NewTail(0), stdoutTail: launch.NewTail(stdoutTailSize)}
	for _, d := range cfg.Dialects {
		o.offers = append(o.offers, d.Env...)
	}
	// The one announcement that the host waits for goes no further. What else looks like
	// one has a secret that is nobody's business.
	o.stderr = launch.HideSecrets(o.sink(cfg.Stderr, o.tail, cfg.Logger, "stderr"))
	stdout := launch.HideSecrets(o.sink(cfg.Stdout, o.stdoutTail, cfg.Logger, "stdout"))
	o.announcements = newAnnouncements(o.isAnnouncement, stdout)
	return o
}

// sink returns what takes one descriptor's bytes: the tail, and the user's writer
// or else the logger, line by line.
func (o *output) sink(user io.Writer, tail *launch.Tail, logger *slog.Logger, stream string) io.Writer {
	if user != nil {
		return &both{tail: tail, second: user, log: logger}
	}
	l := newLineLog(logger, stream)
	o.logs = append(o.logs, l)
	return &both{tail: tail, second: l, log: logger}
}

// named tells the log what the plugin is called.
func (o *output) named(plugin string) {
	for _, l := range o.logs {
		l.plugin.Store(plugin)
	}
}

// both writes to a tail, which errors show, and to a writer of the host. When that one
// fails or panics it is not called again; the tail goes on.
type both struct {
	tail   *launch.Tail
	second io.Writer // nil after it failed
	log    *slog.Logger
}

// Write never fails.
func (b *both) Write(p []byte) (int, error) {
	b.tail.Write(p)
	if b.second != nil {
		b.pass(p)
	}
	return len(p), nil
}

func (b *both) pass(p []byte) {
	second := b.second
	b.second = nil
	defer func() {
		if v := recover(); v != nil {
			b.log.Warn("the writer for the plugin's output panicked; the rest is thrown away", "panic", fmt.Sprint(v))
		}
	}()
	n, err := second.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		b.log.Warn("the writer for the plugin's output failed; the rest is thrown away", "error", err)
		return
	}
	b.second = second
}

// isAnnouncement reports whether a line of stdout says how the plugin can be
// reached.
func (o *output) isAnnouncement(line []byte) bool {
	_, ok, _ := launch.ParseAnnounce(line)
	return ok || o.dialect(line) != nil
}

// dialect returns the dialect whose answer line is, nil for Tenon's own.
func (o *output) dialect(line []byte) *Dialect {
	for i := range o.dialects {
		if d := &o.dialects[i]; d.Match != nil && d.Match(line) {
			return d
		}
	}
	return nil
}

// end passes on what is left, when the process is gone.
func (o *output) end() {
	o.announcements.stop()
	for _, l := range o.logs {
		l.end()
	}
}

// lineLog logs the lines of one descriptor: records as records, and all else as
// text. Reading goes on whatever comes; what is too much is counted and not
// logged.
type lineLog struct {
	logger *slog.Logger
	stream string
	lines  *launch.Lines
	plugin atomic.Value // string, once it is known

	window  time.Time // when the current second began; used by the reading goroutine alone
	logged  int       // lines in it
	dropped int64     // since the last one that was logged
	writing sync.Mutex
}

// Write implements [io.Writer].
func (l *lineLog) Write(p []byte) (int, error) {
	l.writing.Lock()
	defer l.writing.Unlock()
	return l.lines.Write(p)
}

// logRate is how many lines of one descriptor are logged in a second.
const logRate = 10_000

func newLineLog(logger *slog.Logger, stream string) *lineLog {
	l := &lineLog{logger: logger, stream: stream}
	l.lines = launch.NewLines(0, l.line)
	return l
}

func (l *lineLog) line(line []byte, truncated bool) {
	if len(line) == 0 {
		return
	}
	if now := time.Now(); now.Sub(l.window) >= time.Second {
		l.window, l.logged = now, 0
	}
	if l.logged++; l.logged > logRate {
		l.dropped++
		return
	}
	l.reportDropped()
	if marked, ok := bytes.CutPrefix(line, []byte(logMark)); ok && !truncated && l.record(marked) {
		return
	}
	attrs := append(l.attrs(), slog.String("stream", l.stream))
	if truncated {
		attrs = append(attrs, slog.Bool("truncated", true))
	}
	l.logger.LogAttrs(context.Background(), slog.LevelInfo, visible.Text(string(line)), attrs...)
}

// record logs a line that is a record, and reports whether it is one.
func (l *lineLog) record(line []byte) bool {
	r, ok := parseRecord(line)
	if !ok {
		return false
	}
	h := l.logger.Handler()
	if h.Enabled(context.Background(), r.Level) {
		r.AddAttrs(l.attrs()...)
		h.Handle(context.Background(), r) // its texts were made visible when they were parsed
	}
	return true
}

func (l *lineLog) attrs() []slog.Attr {
	if plugin, ok := l.plugin.Load().(string); ok {
		return []slog.Attr{slog.String("plugin", plugin)}
	}
	return nil
}

func (l *lineLog) reportDropped() {
	if l.dropped > 0 {
		attrs := append(l.attrs(), slog.String("stream", l.stream), slog.Int64("lines", l.dropped))
		l.logger.LogAttrs(context.Background(), slog.LevelWarn, "the plugin prints faster than is logged: lines were left out", attrs...)
		l.dropped = 0
	}
}

// end logs what is left, but for a logger that has not returned from the last line.
func (l *lineLog) end() {
	if !l.writing.TryLock() {
		return
	}
	defer l.writing.Unlock()
	l.lines.Flush()
	l.reportDropped()
}
