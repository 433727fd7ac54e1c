package tlslink

import (
	"strings"
	"testing"
)

func FuzzParsePin(f *testing.F) {
	f.Add([]byte(strings.Repeat("ab", 32) + "\n"))
	f.Add([]byte(strings.Repeat("zz", 32)))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := parsePin(text)
		if err != nil && p != (pin{}) {
			t.Fatal("a pin, and an error")
		}
		if err == nil && len(strings.TrimSuffix(string(text), "\n")) != 64 {
			t.Fatalf("%q is a pin", text)
		}
	})
}
