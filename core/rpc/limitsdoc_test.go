package rpc

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/internal/wirejson"
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

// So it has those of what the engine reads itself, and docs/protocol.md has them too. The
// last three are those of [wirejson], which holds them itself.
func TestEngineLimitsAreDocumented(t *testing.T) {
	want := map[string]int{"Elements": 1 << 16, "Name": 1 << 10, "Text": 64 << 10}
	for _, l := range []wirejson.Limit{limitCodecs, limitMethods, limitTableNames, limitParams, limitDetails, limitError, limitDispensed} {
		want[l.Name] = l.Max
	}
	for file, write := range map[string]func(int) string{
		"limits.md": func(n int) string {
			switch {
			case n >= 1<<20:
				return fmt.Sprintf("%d MiB", n>>20)
			case n == 64<<10 || n >= 1000 && n < 4096:
				return fmt.Sprintf("%d KiB", n>>10)
			case n >= 1000:
				return fmt.Sprintf("%d,%03d", n/1000, n%1000)
			}
			return fmt.Sprint(n)
		},
		"protocol.md": func(n int) string { return fmt.Sprint(n) },
	} {
		src, err := os.ReadFile("../../docs/" + file)
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(src), "<!-- table: engine limits -->\n")
		after, _, _ = strings.Cut(after, "\n\n")
		for name, n := range want {
			value := write(n)
			if file == "limits.md" && name == "Elements" {
				value = "65,536" // a number, where the same of Text is bytes
			}
			if row := fmt.Sprintf("| `%s` | %s |", name, value); !strings.Contains(after, row) {
				t.Errorf("docs/%s lacks %s", file, row)
			}
		}
		if rows := strings.Count(after, "\n"); rows != len(want)+1 {
			t.Errorf("docs/%s has %d rows for %d limits", file, rows-1, len(want))
		}
	}
}
