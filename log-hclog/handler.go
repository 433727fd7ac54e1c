package hclogbridge

import (
	"context"
	"log/slog"

	"github.com/hashicorp/go-hclog"
)

// Handler returns a handler that passes records on to logger:
//
//	tenon.ClientConfig{Logger: slog.New(hclogbridge.Handler(logger))}
//
// Levels are hclog's: what is below slog.LevelDebug becomes Trace. Groups become
// prefixes of keys, "group.key". The time of a record is hclog's own. It may be
// used concurrently, and keeps logger.
func Handler(logger hclog.Logger) slog.Handler {
	return &handler{logger: logger}
}

type handler struct {
	logger hclog.Logger
	prefix string // of the keys in the open groups
}

// Enabled implements [slog.Handler].
func (h *handler) Enabled(_ context.Context, level slog.Level) bool {
	switch hclogLevel(level) {
	case hclog.Trace:
		return h.logger.IsTrace()
	case hclog.Debug:
		return h.logger.IsDebug()
	case hclog.Info:
		return h.logger.IsInfo()
	case hclog.Warn:
		return h.logger.IsWarn()
	default:
		return h.logger.IsError()
	}
}

// Handle implements [slog.Handler].
func (h *handler) Handle(_ context.Context, r slog.Record) error {
	var args []any
	r.Attrs(func(a slog.Attr) bool {
		args = appendAttr(args, h.prefix, a)
		return true
	})
	h.logger.Log(hclogLevel(r.Level), r.Message, args...)
	return nil
}

// WithAttrs implements [slog.Handler].
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var args []any
	for _, a := range attrs {
		args = appendAttr(args, h.prefix, a)
	}
	if len(args) == 0 {
		return h
	}
	return &handler{logger: h.logger.With(args...), prefix: h.prefix}
}

// WithGroup implements [slog.Handler].
func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return &handler{logger: h.logger, prefix: h.prefix + name + "."}
}

// appendAttr appends an attribute as hclog takes them, key and value in turn.
func appendAttr(args []any, prefix string, a slog.Attr) []any {
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, inner := range v.Group() {
			args = appendAttr(args, prefix, inner)
		}
		return args
	}
	if a.Key == "" && a.Value.Equal(slog.Value{}) {
		return args // empty attributes are left out
	}
	return append(args, prefix+a.Key, v.Any())
}

// hclogLevel returns the highest of hclog's levels that is not above level.
func hclogLevel(level slog.Level) hclog.Level {
	switch {
	case level >= slog.LevelError:
		return hclog.Error
	case level >= slog.LevelWarn:
		return hclog.Warn
	case level >= slog.LevelInfo:
		return hclog.Info
	case level >= slog.LevelDebug:
		return hclog.Debug
	default:
		return hclog.Trace
	}
}

// slogLevel is the other way.
func slogLevel(level hclog.Level) slog.Level {
	switch level {
	case hclog.Trace:
		return levelTrace
	case hclog.Debug:
		return slog.LevelDebug
	case hclog.Warn:
		return slog.LevelWarn
	case hclog.Error:
		return slog.LevelError
	case hclog.Off:
		return levelOff
	default: // also hclog.NoLevel, which means hclog's default
		return slog.LevelInfo
	}
}

const (
	levelTrace = slog.LevelDebug - 4
	levelOff   = slog.Level(1 << 20)
)
