package hclogbridge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/slogtest"

	"github.com/hashicorp/go-hclog"

	hclogbridge "github.com/tenon-dev/tenon/log-hclog"
)

func TestHandler(t *testing.T) {
	var buf bytes.Buffer
	h := hclogbridge.Handler(hclog.New(&hclog.LoggerOptions{Output: &buf, Level: hclog.Debug, DisableTime: true}))
	l := slog.New(h)
	l.With("a", 1).WithGroup("g").Info("hello", "b", "two", slog.Group("h", "c", 3))
	l.Log(context.Background(), slog.LevelDebug-4, "too low")
	l.Error("bad")
	want := "[INFO]  hello: a=1 g.b=two g.h.c=3\n[ERROR] bad\n"
	if buf.String() != want {
		t.Errorf("got\n%swant\n%s", buf.String(), want)
	}
	if h.Enabled(context.Background(), slog.LevelDebug-4) {
		t.Error("Trace is enabled")
	}
}

// The handler keeps slog's contract, but for the record's time, which is hclog's.
func TestHandlerConforms(t *testing.T) {
	var buf bytes.Buffer
	h := hclogbridge.Handler(hclog.New(&hclog.LoggerOptions{Output: &buf, Level: hclog.Trace, JSONFormat: true}))
	err := slogtest.TestHandler(h, func() []map[string]any {
		var records []map[string]any
		for _, line := range strings.Split(strings.TrimSpace(buf.String()), "\n") {
			var flat map[string]any
			if err := json.Unmarshal([]byte(line), &flat); err != nil {
				t.Fatal(err)
			}
			records = append(records, nested(flat))
		}
		return records
	})
	for _, problem := range unwrap(err) {
		if !strings.Contains(problem.Error(), "ignore a zero Record.Time") {
			t.Error(problem)
		}
	}
}

func unwrap(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// nested makes groups of keys with prefixes, and gives hclog's own keys slog's
// names.
func nested(flat map[string]any) map[string]any {
	out := map[string]any{}
	for key, v := range flat {
		if own, ok := map[string]string{"@timestamp": slog.TimeKey, "@level": slog.LevelKey, "@message": slog.MessageKey}[key]; ok {
			out[own] = v
			continue
		}
		at := out
		parts := strings.Split(key, ".")
		for _, p := range parts[:len(parts)-1] {
			if at[p] == nil {
				at[p] = map[string]any{}
			}
			at = at[p].(map[string]any)
		}
		at[parts[len(parts)-1]] = v
	}
	return out
}

func newLogger(level slog.Level) (hclog.Logger, *bytes.Buffer) {
	var buf bytes.Buffer
	return hclogbridge.Logger(slog.NewTextHandler(&buf, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})), &buf
}

func TestLogger(t *testing.T) {
	l, buf := newLogger(slog.LevelDebug)
	l.Named("a").Named("b").With("k", 1).Warn("careful", "hex", hclog.Hex(255), "f", hclog.Fmt("%d-%s", 7, "x"), "odd")
	l.Trace("too low")
	l.Log(hclog.Off, "never")
	l.SetLevel(hclog.Error)
	l.Named("c").Info("bounded by SetLevel")
	want := `level=WARN msg=careful logger=a.b k=1 hex=0xff f=7-x EXTRA_VALUE_AT_END=odd` + "\n"
	if buf.String() != want {
		t.Errorf("got\n%swant\n%s", buf.String(), want)
	}
	if l.IsWarn() || !l.IsError() || l.GetLevel() != hclog.Error {
		t.Error("the level is wrong")
	}
}

func TestStandardLogger(t *testing.T) {
	l, buf := newLogger(slog.LevelDebug)
	std := l.StandardLogger(&hclog.StandardLoggerOptions{InferLevels: true})
	std.Print("[DEBUG] one")
	std.Print("2026/01/02 03:04:05 [ERR] two")
	std.Print("three [WARN]")
	io.WriteString(l.StandardWriter(&hclog.StandardLoggerOptions{ForceLevel: hclog.Warn}), "fo")
	io.WriteString(l.StandardWriter(nil), "plain\n")
	want := "level=DEBUG msg=one\nlevel=ERROR msg=two\nlevel=INFO msg=\"three [WARN]\"\nlevel=INFO msg=plain\n"
	if buf.String() != want {
		t.Errorf("got\n%swant\n%s", buf.String(), want)
	}
}

func TestThereAndBack(t *testing.T) {
	l, buf := newLogger(slog.LevelInfo)
	slog.New(hclogbridge.Handler(l)).Info("through both", "k", "v")
	if got := buf.String(); got != "level=INFO msg=\"through both\" k=v\n" {
		t.Errorf("got %s", got)
	}
}
