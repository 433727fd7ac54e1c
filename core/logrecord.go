package tenon

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/tenon-dev/tenon/core/internal/visible"
)

const (
	// maxLogDepth is how deep the groups of a record may be nested.
	maxLogDepth = 16

	// maxLogValues is how many values a record may have, in all groups and lists: each of
	// them costs the host more than its bytes cost the plugin.
	maxLogValues = 8192
)

// recordReader reads the JSON of a record.
type recordReader struct {
	*json.Decoder
	values int // how many it may still have
}

// parseRecord reads what a plugin's log handler wrote, without the mark. A line
// that is anything else is not ok: then it is text, whatever it begins with. What
// a plugin writes is trusted in nothing.
func parseRecord(line []byte) (slog.Record, bool) {
	dec := &recordReader{json.NewDecoder(bytes.NewReader(line)), maxLogValues}
	dec.UseNumber()
	attrs, err := parseGroup(dec, 0)
	if err != nil || dec.More() {
		return slog.Record{}, false
	}
	var r slog.Record
	var seen int
	var rest []slog.Attr
	for _, a := range attrs {
		text := a.Value.Kind() == slog.KindString
		switch {
		case a.Key == slog.TimeKey && text:
			if t, err := time.Parse(time.RFC3339Nano, a.Value.String()); err == nil {
				r.Time = t
				continue
			}
		case a.Key == slog.LevelKey && text && seen&1 == 0:
			if r.Level.UnmarshalText([]byte(a.Value.String())) != nil {
				return slog.Record{}, false
			}
			seen |= 1
			continue
		case a.Key == slog.MessageKey && text && seen&2 == 0:
			r.Message = a.Value.String()
			seen |= 2
			continue
		}
		rest = append(rest, a)
	}
	r.AddAttrs(rest...)
	return r, seen == 3
}

var errNoRecord = errors.New("no record")

// parseGroup reads an object with its keys in order, as a JSON object decoded into
// a map would lose it.
func parseGroup(dec *recordReader, depth int) ([]slog.Attr, error) {
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errNoRecord
	}
	return parseMembers(dec, depth)
}

// parseMembers reads the rest of an object whose brace was read.
func parseMembers(dec *recordReader, depth int) ([]slog.Attr, error) {
	if depth > maxLogDepth {
		return nil, errNoRecord
	}
	var attrs []slog.Attr
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string)
		key = visible.Text(key)
		v, err := parseValue(dec, depth)
		if err != nil {
			return nil, err
		}
		attrs = append(attrs, slog.Attr{Key: key, Value: v})
	}
	_, err := dec.Token() // the closing brace
	return attrs, err
}

func parseValue(dec *recordReader, depth int) (slog.Value, error) {
	if dec.values--; dec.values < 0 {
		return slog.Value{}, errNoRecord
	}
	t, err := dec.Token()
	if err != nil {
		return slog.Value{}, err
	}
	switch t := t.(type) {
	case string:
		return slog.StringValue(visible.Text(t)), nil
	case bool:
		return slog.BoolValue(t), nil
	case json.Number:
		if n, err := t.Int64(); err == nil {
			return slog.Int64Value(n), nil
		}
		if n, err := strconv.ParseUint(t.String(), 10, 64); err == nil {
			return slog.Uint64Value(n), nil
		}
		f, err := t.Float64()
		return slog.Float64Value(f), err
	case json.Delim:
		if t == '{' {
			attrs, err := parseMembers(dec, depth+1)
			return slog.GroupValue(attrs...), err
		}
		return parseList(dec, depth+1)
	}
	return slog.AnyValue(nil), nil
}

func parseList(dec *recordReader, depth int) (slog.Value, error) {
	if depth > maxLogDepth {
		return slog.Value{}, errNoRecord
	}
	list := []any{}
	for dec.More() {
		v, err := parseValue(dec, depth)
		if err != nil {
			return slog.Value{}, err
		}
		list = append(list, element(v))
	}
	_, err := dec.Token()
	return slog.AnyValue(list), err
}

// element returns what stands for v in a list. A handler shows attributes as the members of
// an object in a group only.
func element(v slog.Value) any {
	if v.Kind() != slog.KindGroup {
		return v.Any()
	}
	object := map[string]any{}
	for _, a := range v.Group() {
		object[a.Key] = element(a.Value)
	}
	return object
}
