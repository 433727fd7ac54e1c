package rpc

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

// docs/limits.md has every limit of a session, with its default.
func TestLimitsAreDocumented(t *testing.T) {
	src, err := os.ReadFile("../../docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(src), "<!-- table: session limits -->\n")
	if !ok {
		t.Fatal("docs/limits.md has no table of the limits of a session")
	}
	said := map[string]string{}
	for line := range strings.Lines(after) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			break
		}
		said[strings.Trim(cells[1], " `")] = strings.TrimSpace(cells[2])
	}
	limits := reflect.ValueOf(DefaultLimits())
	for i := range limits.NumField() {
		name, value := limits.Type().Field(i).Name, limits.Field(i).Int()
		want := fmt.Sprint(value)
		switch {
		case value >= 1<<20:
			want = fmt.Sprintf("%d MiB", value>>20)
		case name == "Metadata":
			want = fmt.Sprintf("%d KiB", value>>10)
		case value >= 1000:
			want = fmt.Sprintf("%d,%03d", value/1000, value%1000)
		}
		if said[name] != want {
			t.Errorf("docs/limits.md says that %s is %q, and it is %s", name, said[name], want)
		}
		delete(said, name)
	}
	delete(said, "limit")
	delete(said, "---")
	if len(said) > 0 {
		t.Errorf("docs/limits.md has limits that there are not: %v", said)
	}
}
