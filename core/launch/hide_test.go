package launch

import (
	"bytes"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/internal/proof"
)

func TestHideSecrets(t *testing.T) {
	secret := proof.Text(proof.Secret())
	stars := strings.Repeat("*", len(secret))
	line := strings.Trim(string(Announce(Announcement{Network: "unix", Address: "/tmp/s", Secret: []byte("12345678901234567890123456789012")})), "\n")
	for name, c := range map[string]struct{ in, out string }{
		"nothing":            {"hello\nworld", "hello\nworld"},
		"its own line":       {line + "\nsecret=1", line[:len(line)-64] + stars + "\nsecret=1"},
		"behind other text":  {"x" + announceHead + "1|unix|/s|secret=" + secret + "\n", "x" + announceHead + "1|unix|/s|secret=" + stars + "\n"},
		"without an end":     {announceHead + "1|unix|/s|secret=" + secret[:9], announceHead + "1|unix|/s|secret=" + stars[:9]},
		"before a field":     {announceHead + "1|unix|/s|secret=" + secret + "|more\r\n", announceHead + "1|unix|/s|secret=" + stars + "|more\r\n"},
		"twice":              {announceHead + "1|secret=" + secret + "|secret=" + secret, announceHead + "1|secret=" + stars + "|secret=" + stars},
		"first of all":       {announceHead + "secret=" + secret, announceHead + "secret=" + stars},
		"after a false try":  {"tenon-lin" + announceHead + "1||secr|secret=" + secret, "tenon-lin" + announceHead + "1||secr|secret=" + stars},
		"no announcement":    {"1|unix|/s|secret=" + secret, "1|unix|/s|secret=" + secret},
		"an other's secret=": {announceHead + "1|unix|/s\n|secret=abc", announceHead + "1|unix|/s\n|secret=abc"},
	} {
		for _, step := range []int{1, 2, 7, len(c.in)} {
			var out bytes.Buffer
			w := HideSecrets(&out)
			whole := []byte(c.in)
			for rest := whole; len(rest) > 0; {
				n := min(step, len(rest))
				if got, err := w.Write(rest[:n]); got != n || err != nil {
					t.Errorf("%s: %d, %v", name, got, err)
				}
				rest = rest[n:]
			}
			if out.String() != c.out {
				t.Errorf("%s, %d bytes at a time:\n%q, want\n%q", name, step, out.String(), c.out)
			}
			if string(whole) != c.in {
				t.Errorf("%s: what was written was changed", name)
			}
		}
	}
	for _, text := range []string{announceHead, secretKey} {
		if strings.Count(text, text[:1]) != 1 {
			t.Errorf("%q has its first byte twice, which a matcher does not handle", text)
		}
	}
}

// However the text is cut, what passes is the same, and as long as it was.
func FuzzHideSecrets(f *testing.F) {
	f.Add([]byte("x\n"+announceHead+"1|unix|/s|secret=0123456789|z\ny"), 3)
	f.Add([]byte(announceHead[:9]+announceHead+"|secret=a\r\n"), 1)
	f.Fuzz(func(t *testing.T, in []byte, step int) {
		var whole, pieces bytes.Buffer
		HideSecrets(&whole).Write(in)
		w := HideSecrets(&pieces)
		step = min(max(step, 1), 1<<10)
		for rest := in; len(rest) > 0; {
			n := min(step, len(rest))
			w.Write(rest[:n])
			rest = rest[n:]
		}
		if !bytes.Equal(whole.Bytes(), pieces.Bytes()) || whole.Len() != len(in) {
			t.Errorf("%q became %q, and in pieces %q", in, whole.Bytes(), pieces.Bytes())
		}
		for _, line := range bytes.Split(whole.Bytes(), []byte("\n")) {
			if a, ok, err := ParseAnnounce(line); ok && err == nil && a.Secret != nil {
				t.Errorf("%q has a secret", line)
			}
		}
	})
}
