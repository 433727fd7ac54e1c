package launch_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

// collect writes each part to a Lines of that limit and returns what it passed on.
func collect(limit int, parts ...string) (got []string, dropped int64) {
	l := launch.NewLines(limit, func(line []byte, truncated bool) {
		text := string(line)
		if truncated {
			text += "…"
		}
		got = append(got, text)
	})
	for _, p := range parts {
		if n, err := l.Write([]byte(p)); n != len(p) || err != nil {
			panic(fmt.Sprint(n, err))
		}
	}
	l.Flush()
	return got, l.Dropped()
}

func TestLines(t *testing.T) {
	tests := []struct {
		name    string
		parts   []string
		want    []string
		dropped int64
	}{
		{"nothing", nil, nil, 0},
		{"whole", []string{"a\nb\n"}, []string{"a", "b"}, 0},
		{"empty lines", []string{"\n\n"}, []string{"", ""}, 0},
		{"without an end", []string{"a\nb"}, []string{"a", "b"}, 0},
		{"in pieces", []string{"a", "b", "\nc", "d\n"}, []string{"ab", "cd"}, 0},
		{"carriage return", []string{"a\r\nb\r", "\nc\rd\n"}, []string{"a", "b", "c\rd"}, 0},
		{"as long as may be", []string{"12345678\n"}, []string{"12345678"}, 0},
		{"as long as may be, and a return", []string{"12345678", "\r", "\n"}, []string{"12345678"}, 0},
		{"too long", []string{"123456789abc\nd\n"}, []string{"12345678…", "d"}, 4},
		{"too long in pieces", []string{"1234567", "89", "abc", "\nd\n"}, []string{"12345678…", "d"}, 4},
		{"a return that ends nothing", []string{"12345678\r", "x\n"}, []string{"12345678…"}, 2},
		{"too long without an end", []string{"123456789"}, []string{"12345678…"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, dropped := collect(8, tt.parts...)
			if !slices.Equal(got, tt.want) || dropped != tt.dropped {
				t.Errorf("got %q and %d dropped, want %q and %d", got, dropped, tt.want, tt.dropped)
			}
		})
	}
}

func TestLinesPassesALongLineOnAtOnce(t *testing.T) {
	n := 0
	l := launch.NewLines(4, func([]byte, bool) { n++ })
	io.WriteString(l, "12345")
	if n != 1 {
		t.Errorf("called %d times", n)
	}
}

func TestLinesWorksAfterAPanic(t *testing.T) {
	n := 0
	l := launch.NewLines(0, func([]byte, bool) {
		if n++; n == 1 {
			panic("once")
		}
	})
	func() {
		defer func() { recover() }()
		io.WriteString(l, "a")
		io.WriteString(l, "\n")
	}()
	l.Flush() // finds nothing: the line was passed on
	io.WriteString(l, "b\n")
	if n != 2 {
		t.Errorf("called %d times", n)
	}
}

func TestLinesAllocatesNothingForWholeLines(t *testing.T) {
	l := launch.NewLines(0, func([]byte, bool) {})
	p := bytes.Repeat([]byte("some line of text\n"), 100)
	if n := testing.AllocsPerRun(20, func() { l.Write(p) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzLines compares with a plain reading of the whole text, for any cutting of it.
func FuzzLines(f *testing.F) {
	f.Add("a\nbb\r\nccc", uint8(3), uint8(2))
	f.Add("12345678\r\n123456789\n", uint8(8), uint8(1))
	f.Fuzz(func(t *testing.T, text string, limit, step uint8) {
		max, size := int(limit)+1, int(step)+1
		var parts []string
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			parts, rest = append(parts, rest[:n]), rest[n:]
		}
		got, dropped := collect(max, parts...)

		var want []string
		var lost int64
		for line := range strings.Lines(text) {
			plain := strings.TrimSuffix(line, "\n")
			if cut := strings.TrimSuffix(plain, "\r"); len(cut) <= max {
				want = append(want, cut)
				continue
			}
			want = append(want, plain[:max]+"…")
			lost += int64(len(plain) - max)
		}
		if !slices.Equal(got, want) || dropped != lost {
			t.Errorf("limit %d, step %d: got %q and %d dropped, want %q and %d", max, size, got, dropped, want, lost)
		}
	})
}
