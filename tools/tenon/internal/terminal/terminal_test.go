package terminal

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ in, line, text string }{
		{"plain äöü 日本 👩‍🚀", "plain äöü 日本 👩‍🚀", "plain äöü 日本 👩‍🚀"},
		{"a\x1b[31mred", `a\x1b[31mred`, `a\x1b[31mred`},
		{"a\nb\tc\r", `a\nb\tc\r`, "a\nb\tc\\r"},
		{"\u009b31m", `\u009b31m`, `\u009b31m`},
		{"\x9b31m", `\x9b31m`, `\x9b31m`},
		{"x\u202egnp.exe", `x\u202egnp.exe`, `x\u202egnp.exe`},
		{"\x7f\x00\u2028\U000e0041", `\x7f\x00\u2028\U000e0041`, `\x7f\x00\u2028\U000e0041`},
	} {
		if got := Line(c.in); got != c.line {
			t.Errorf("Line(%q) = %q", c.in, got)
		}
		if got := Text(c.in); got != c.text {
			t.Errorf("Text(%q) = %q", c.in, got)
		}
	}
}

func TestJSONStaysTheSame(t *testing.T) {
	for _, v := range []string{"\u009b31m\x7f", "\u202e", "\U000e0041", "plain", "\x1b\n\t\""} {
		b, err := json.MarshalIndent(map[string]string{v: v}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		safe := JSON(b)
		var back map[string]string
		if err := json.Unmarshal(safe, &back); err != nil || back[v] != v {
			t.Errorf("%q came back as %q, %v", v, back, err)
		}
		if Text(string(safe)) != string(safe) {
			t.Errorf("%q still commands", safe)
		}
	}
}

func TestWriter(t *testing.T) {
	text := "ä日👩‍🚀\x1b[2J\xff\n"
	for size := 1; size <= len(text); size++ {
		var out bytes.Buffer
		w := NewWriter(&out)
		for rest := text; rest != ""; {
			n, err := w.Write([]byte(rest[:min(size, len(rest))]))
			if err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if got, want := out.String(), "ä日👩‍🚀\\x1b[2J\\xff\n"; got != want {
			t.Errorf("in pieces of %d: %q", size, got)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\x1b[31m\xc2\x9b")
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if !utf8.ValidString(got) || strings.IndexFunc(got, func(r rune) bool { return commands(r) && r != '\n' && r != '\t' }) >= 0 {
			t.Errorf("%q became %q", s, got)
		}
		if strings.ContainsAny(Line(s), "\n\t") {
			t.Errorf("%q is no line", Line(s))
		}
	})
}
