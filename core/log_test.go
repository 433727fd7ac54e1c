package tenon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"
)

// hostLog is a host's logger and what it has logged, as JSON by line.
func hostLog() (*slog.Logger, *bytes.Buffer) {
	var buf bytes.Buffer
	return slog.New(slog.NewJSONHandler(&buf, &slog.HandlerOptions{Level: slog.LevelDebug})), &buf
}

func TestRecordsArriveAsRecords(t *testing.T) {
	logger, got := hostLog()
	o := newOutput(ClientConfig{Logger: logger})
	o.named("kv")
	plugin := slog.New(newLogHandler(o.stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	when := time.Now()
	plugin.With("a", 1).WithGroup("g").Warn("careful", "b", "two", "c", []int{1, 2}, "d", 1.5, "e", true, "f", nil)
	plugin.Debug("low")
	o.stderr.Write([]byte("plain text\n"))
	o.end()
	lines := strings.Split(strings.TrimSpace(got.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines:\n%s", len(lines), got)
	}
	var r struct {
		Time       time.Time
		Level, Msg string
		A          int
		Plugin     string
		G          map[string]any
	}
	if err := json.Unmarshal([]byte(lines[0]), &r); err != nil {
		t.Fatal(err)
	}
	if r.Level != "WARN" || r.Msg != "careful" || r.A != 1 || r.Plugin != "kv" || r.G["b"] != "two" || r.G["d"] != 1.5 || r.Time.Sub(when).Abs() > time.Minute {
		t.Errorf("got %s", lines[0])
	}
	if !strings.Contains(lines[1], `"level":"DEBUG","msg":"low"`) {
		t.Errorf("got %s", lines[1])
	}
	if !strings.Contains(lines[2], `"level":"INFO","msg":"plain text","plugin":"kv","stream":"stderr"`) {
		t.Errorf("got %s", lines[2])
	}
}

// TestValuesOfRecords: what a plugin logs is what the host's log says.
func TestValuesOfRecords(t *testing.T) {
	type item struct {
		ID   uint64
		Next []item
	}
	for want, value := range map[string]any{
		`18446744073709551615`: uint64(math.MaxUint64), `-9223372036854775808`: int64(math.MinInt64), `1e+300`: 1e300,
		`[{"ID":18446744073709551615,"Next":[{"ID":2,"Next":null}]},{"ID":3,"Next":null}]`: []item{{math.MaxUint64, []item{{ID: 2}}}, {ID: 3}},
		`[[1,2],[],null]`: [][]int{{1, 2}, {}, nil}, `[{}]`: []any{map[string]int{}},
	} {
		logger, got := hostLog()
		o := newOutput(ClientConfig{Logger: logger})
		slog.New(newLogHandler(o.stderr, nil)).Info("a value", "v", value)
		o.end()
		if !strings.Contains(got.String(), `"v":`+want+`}`) {
			t.Errorf("%v arrived as %s", value, got)
		}
	}
}

func TestLinesThatAreNoRecords(t *testing.T) {
	for _, line := range []string{
		`{"@message":1}`, `{}`, `{"level":"INFO"}`, `{"level":1,"msg":"x"}`, `{"level":"LOUD","msg":"x"}`, `{"level":"INFO","msg":7}`,
		`[`, `"x"`, `{"level":"INFO","msg":"x"} more`, `{"level":"INFO","msg":"x","a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
		`{"level":"INFO","msg":"x"`, "\x1b[31mred",
	} {
		logger, got := hostLog()
		o := newOutput(ClientConfig{Logger: logger})
		o.stderr.Write([]byte(logMark + line + "\n"))
		o.end()
		if !strings.Contains(got.String(), `"stream":"stderr"`) || !strings.Contains(got.String(), "tenon-log") {
			t.Errorf("%s was logged as %s", line, got)
		}
	}
}

func TestFloodIsCounted(t *testing.T) {
	logger, got := hostLog()
	o := newOutput(ClientConfig{Logger: logger})
	l := o.logs[0]
	l.window = time.Now().Add(time.Hour) // a second that does not end
	for range logRate + 500 {
		o.stderr.Write([]byte("x\n"))
	}
	o.end()
	if n := strings.Count(got.String(), `"msg":"x"`); n != logRate {
		t.Errorf("%d lines were logged", n)
	}
	if !strings.Contains(got.String(), `"lines":500`) {
		t.Error("what was left out was not counted")
	}
}

// A record of too many values is text, wherever they stand.
func TestRecordOfManyValues(t *testing.T) {
	for _, member := range []string{`"l":[0%s]`, `"g":{"a":0%s}`} {
		for n, want := range map[int]bool{maxLogValues - 4: true, maxLogValues: false} {
			more := ",0"
			if strings.Contains(member, "{") {
				more = `,"a":0`
			}
			line := `{"level":"INFO","msg":"x",` + fmt.Sprintf(member, strings.Repeat(more, n-1)) + `}`
			if _, ok := parseRecord([]byte(line)); ok != want {
				t.Errorf("%d values in %s: a record: %v, want %v", n, member, ok, want)
			}
		}
	}
}

func FuzzParseRecord(f *testing.F) {
	f.Add([]byte(`{"time":"2026-01-02T03:04:05Z","level":"INFO","msg":"x","g":{"a":[1,null,{"b":true}]}}`))
	f.Add([]byte(`{"level":"INFO+2","msg":"","":""}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, ok := parseRecord(line)
		if !ok {
			return
		}
		var buf bytes.Buffer
		if err := slog.NewJSONHandler(&buf, nil).Handle(t.Context(), r); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	})
}
