// Package logline reads what a plugin writes to its standard error: log records as
// hclog writes them, one JSON object a line, and anything else.
package logline

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
)

// timeLayout is how hclog writes the time into JSON.
const timeLayout = "2006-01-02T15:04:05.000000Z07:00"

// An Entry is a log record.
type Entry struct {
	Message string
	Level   hclog.Level // hclog.NoLevel where the record names none that is known
	Time    time.Time
	Pairs   []any // key, value, key, value, …, sorted by key
}

var errType = errors.New("a field of the log record is not a string")

// Parse reads a record. It returns an error for a line that is no JSON object, or in
// which one of hclog's own fields is not what hclog writes.
func Parse(line []byte) (Entry, error) {
	var raw map[string]any
	if err := json.Unmarshal(line, &raw); err != nil {
		return Entry{}, err
	}
	var e Entry
	for _, known := range []struct {
		key string
		set func(string) error
	}{
		{"@message", func(s string) error { e.Message = s; return nil }},
		{"@level", func(s string) error { e.Level = hclog.LevelFromString(s); return nil }},
		{"@timestamp", func(s string) (err error) { e.Time, err = time.Parse(timeLayout, s); return err }},
	} {
		v, ok := raw[known.key]
		if !ok {
			continue
		}
		s, ok := v.(string)
		if !ok {
			return Entry{}, errType
		}
		if err := known.set(s); err != nil {
			return Entry{}, err
		}
		delete(raw, known.key)
	}
	keys := make([]string, 0, len(raw))
	for key := range raw {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, strings.Compare)
	e.Pairs = make([]any, 0, 2*len(raw)+2)
	for _, key := range keys {
		e.Pairs = append(e.Pairs, key, raw[key])
	}
	return e, nil
}
