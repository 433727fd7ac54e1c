package tenon

import (
	"log/slog"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What docs/protocol.md says of plugins that say what they serve, and of records of
// their logs, is what this package reads.
func TestProtocolPage(t *testing.T) {
	src, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(src)

	_, table, _ := strings.Cut(page, "<!-- table: description -->")
	table, _, _ = strings.Cut(table, "\n\n")
	var documented, keys []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+)` \\|").FindAllStringSubmatch(table, -1) {
		documented = append(documented, m[1])
	}
	for i := range reflect.TypeFor[Description]().NumField() {
		key, _, _ := strings.Cut(reflect.TypeFor[Description]().Field(i).Tag.Get("json"), ",")
		keys = append(keys, key)
	}
	if !slices.Equal(documented, keys) {
		t.Errorf("keys of a description: docs/protocol.md says %q, the code %q", documented, keys)
	}
	if n := strings.Count(page, "`"+descriptionFormat+"`"); n != 2 {
		t.Errorf("docs/protocol.md has the mark %s %d times", descriptionFormat, n)
	}

	_, record, _ := strings.Cut(page, "\n␞")
	record, _, _ = strings.Cut(record, "\n")
	rest, marked := strings.CutPrefix("\x1e"+record, logMark)
	r, ok := parseRecord([]byte(rest))
	if !marked || !ok || r.Level != slog.LevelWarn || r.Message == "" || r.Time.IsZero() || r.NumAttrs() != 1 {
		t.Errorf("the record of docs/protocol.md is read as %v", r)
	}
}
