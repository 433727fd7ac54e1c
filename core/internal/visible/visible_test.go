package visible

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "hello, wörld\t…\n": "hello, wörld\t…\n", "\x1b]0;evil\x07": `\x1b]0;evil\a`, "a\u009b31mb": `a\u009b31mb`,
		"\u202eabc": `\u202eabc`, "\x9b\xff": `\x9b\xff`, "a\rb\x00": `a\rb\x00`, "\ufffd": "\ufffd",
	} {
		if got := Text(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLine(t *testing.T) {
	if got := Line("a\nb\x1b"); got != `a\nb\x1b` {
		t.Errorf("got %q", got)
	}
}

func TestError(t *testing.T) {
	if plain := io.EOF; Error(nil) != nil || Error(plain) != plain {
		t.Error("an error that is safe was changed")
	}
	err := Error(fmt.Errorf("a \x1b[2J: %w", io.EOF))
	if err.Error() != `a \x1b[2J: EOF` || !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\x1b[2J\x9b\u202e")
	f.Fuzz(func(t *testing.T, text string) {
		got := Text(text)
		bad := func(r rune) bool { return r != '\t' && r != '\n' && unicode.In(r, unicode.Cc, unicode.Bidi_Control) }
		if strings.ContainsFunc(got, bad) || !utf8.ValidString(got) {
			t.Fatalf("%q became %q", text, got)
		}
		if again := Text(got); again != got {
			t.Fatalf("%q became %q, and then %q", text, got, again)
		}
	})
}
