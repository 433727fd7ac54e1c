package hclogbridge

import (
	"context"
	"io"
	"log"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Logger returns an hclog.Logger whose records go to h, for a library that wants
// an hclog.Logger in a program that logs with slog. Names become the attribute
// "logger". SetLevel bounds it in addition to what h itself lets through, and
// holds for the loggers made from it too. It may be used concurrently.
func Logger(h slog.Handler) hclog.Logger {
	l := &logger{handler: h, level: new(atomic.Int32)}
	l.level.Store(int32(hclog.Trace))
	return l
}

type logger struct {
	handler slog.Handler
	level   *atomic.Int32 // an hclog.Level, shared by all that were made from one
	name    string
	implied []any
}

var _ hclog.Logger = (*logger)(nil)

// Log implements [hclog.Logger].
func (l *logger) Log(level hclog.Level, msg string, args ...any) {
	if level == hclog.Off || !l.enabled(level) {
		return
	}
	r := slog.NewRecord(time.Now(), slogLevel(level), msg, 0)
	if l.name != "" {
		r.AddAttrs(slog.String("logger", l.name))
	}
	for _, list := range [][]any{l.implied, args} {
		list = slices.Clone(list)
		if last := len(list) - 1; last%2 == 0 { // a key is missing: as hclog does
			list = append(list[:last], hclog.MissingKey, list[last])
		}
		for i := 0; i < len(list); i += 2 {
			list[i+1] = value(list[i+1])
		}
		r.Add(list...)
	}
	l.handler.Handle(context.Background(), r) // hclog has no way to tell the error
}

// value resolves hclog's own kinds of values.
func value(v any) any {
	switch v := v.(type) {
	case hclog.Format:
		return formatted(v)
	case hclog.Quote:
		return string(v)
	case hclog.Hex, hclog.Octal, hclog.Binary:
		return number(v)
	}
	return v
}

func (l *logger) enabled(level hclog.Level) bool {
	if level == hclog.NoLevel {
		level = hclog.Info
	}
	return level >= hclog.Level(l.level.Load()) && l.handler.Enabled(context.Background(), slogLevel(level))
}

// Trace implements [hclog.Logger].
func (l *logger) Trace(msg string, args ...any) { l.Log(hclog.Trace, msg, args...) }

// Debug implements [hclog.Logger].
func (l *logger) Debug(msg string, args ...any) { l.Log(hclog.Debug, msg, args...) }

// Info implements [hclog.Logger].
func (l *logger) Info(msg string, args ...any) { l.Log(hclog.Info, msg, args...) }

// Warn implements [hclog.Logger].
func (l *logger) Warn(msg string, args ...any) { l.Log(hclog.Warn, msg, args...) }

// Error implements [hclog.Logger].
func (l *logger) Error(msg string, args ...any) { l.Log(hclog.Error, msg, args...) }

// IsTrace implements [hclog.Logger].
func (l *logger) IsTrace() bool { return l.enabled(hclog.Trace) }

// IsDebug implements [hclog.Logger].
func (l *logger) IsDebug() bool { return l.enabled(hclog.Debug) }

// IsInfo implements [hclog.Logger].
func (l *logger) IsInfo() bool { return l.enabled(hclog.Info) }

// IsWarn implements [hclog.Logger].
func (l *logger) IsWarn() bool { return l.enabled(hclog.Warn) }

// IsError implements [hclog.Logger].
func (l *logger) IsError() bool { return l.enabled(hclog.Error) }

// ImpliedArgs implements [hclog.Logger].
func (l *logger) ImpliedArgs() []any { return l.implied }

// With implements [hclog.Logger].
func (l *logger) With(args ...any) hclog.Logger {
	c := *l
	c.implied = slices.Concat(l.implied, args)
	return &c
}

// Name implements [hclog.Logger].
func (l *logger) Name() string { return l.name }

// Named implements [hclog.Logger].
func (l *logger) Named(name string) hclog.Logger {
	if l.name != "" {
		name = l.name + "." + name
	}
	return l.ResetNamed(name)
}

// ResetNamed implements [hclog.Logger].
func (l *logger) ResetNamed(name string) hclog.Logger {
	c := *l
	c.name = name
	return &c
}

// SetLevel implements [hclog.Logger].
func (l *logger) SetLevel(level hclog.Level) { l.level.Store(int32(level)) }

// GetLevel implements [hclog.Logger].
func (l *logger) GetLevel() hclog.Level { return hclog.Level(l.level.Load()) }

// StandardLogger implements [hclog.Logger].
func (l *logger) StandardLogger(opts *hclog.StandardLoggerOptions) *log.Logger {
	return log.New(l.StandardWriter(opts), "", 0)
}

// StandardWriter implements [hclog.Logger].
func (l *logger) StandardWriter(opts *hclog.StandardLoggerOptions) io.Writer {
	if opts == nil {
		opts = &hclog.StandardLoggerOptions{}
	}
	return &lineWriter{log: l.Log, opts: *opts}
}
