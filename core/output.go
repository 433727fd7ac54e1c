package tenon

import (
	"io"
	"log/slog"
	"sync/atomic"

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
	lines      []*launch.Lines
	name       atomic.Value // string: the plugin's, in the log, once it is known
}

const stdoutTailSize = 4 << 10

func newOutput(cfg ClientConfig) *output {
	o := &output{dialects: cfg.Dialects, tail: launch.NewTail(0), stdoutTail: launch.NewTail(stdoutTailSize)}
	for _, d := range cfg.Dialects {
		o.offers = append(o.offers, d.Env...)
	}
	o.stderr = o.sink(cfg.Stderr, o.tail, cfg.Logger, "stderr")
	o.announcements = newAnnouncements(o.isAnnouncement, o.sink(cfg.Stdout, o.stdoutTail, cfg.Logger, "stdout"))
	return o
}

// sink returns what takes one descriptor's bytes: the tail, and the user's writer
// or else the logger, line by line.
func (o *output) sink(user io.Writer, tail *launch.Tail, logger *slog.Logger, name string) io.Writer {
	if user != nil {
		return both{tail, user}
	}
	lines := launch.NewLines(0, func(line []byte, truncated bool) {
		if len(line) == 0 {
			return
		}
		attrs := []any{"stream", name}
		if plugin := o.name.Load(); plugin != nil {
			attrs = append(attrs, "plugin", plugin)
		}
		if truncated {
			attrs = append(attrs, "truncated", true)
		}
		logger.Info(string(line), attrs...)
	})
	o.lines = append(o.lines, lines)
	return both{tail, lines}
}

// both writes to two writers, whatever the first one does.
type both struct{ first, second io.Writer }

func (b both) Write(p []byte) (int, error) {
	b.first.Write(p)
	return b.second.Write(p)
}

// isAnnouncement reports whether a line of stdout says how the plugin can be
// reached.
func (o *output) isAnnouncement(line []byte) bool {
	_, _, ok, _ := launch.ParseAnnounce(line)
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
	for _, l := range o.lines {
		l.Flush()
	}
}
