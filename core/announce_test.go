package tenon

import (
	"bytes"
	"strings"
	"testing"
)

func isMark(line []byte) bool { return bytes.HasPrefix(line, []byte("@@")) }

func TestAnnouncements(t *testing.T) {
	long := strings.Repeat("y", maxAnnounce+10)
	for name, c := range map[string]struct{ in, line, out string }{
		"alone":              {"@@here\n", "@@here", ""},
		"after a fresh line": {"\n@@here\r\nrest", "@@here", "rest"},
		"among others":       {"a\n\nb\n@@here\n@@again\n", "@@here", "a\n\nb\n@@again\n"},
		"after a long line":  {long + "\n@@here\n", "@@here", long + "\n"},
		"never":              {"a\n\nb", "", "a\n\nb"},
		"only a line end":    {"\n", "", "\n"},
		"mark in a line":     {"a @@here\n", "", "a @@here\n"},
	} {
		for _, step := range []int{1, 7, len(c.in)} {
			var out bytes.Buffer
			a := newAnnouncements(isMark, &out)
			for rest := c.in; rest != ""; {
				n := min(step, len(rest))
				a.Write([]byte(rest[:n]))
				rest = rest[n:]
			}
			a.stop()
			var line string
			select {
			case l := <-a.found:
				line = string(l)
			default:
			}
			if line != c.line || out.String() != c.out {
				t.Errorf("%s, %d bytes at a time: found %q, passed %.40q", name, step, line, out.String())
			}
		}
	}
}

func FuzzAnnouncements(f *testing.F) {
	f.Add([]byte("x\n@@y\nz"), 2)
	f.Fuzz(func(t *testing.T, in []byte, step int) {
		var out bytes.Buffer
		a := newAnnouncements(isMark, &out)
		step = min(max(step, 1), 1<<10)
		for rest := in; len(rest) > 0; {
			n := min(step, len(rest))
			a.Write(rest[:n])
			rest = rest[n:]
		}
		a.stop()
		select {
		case <-a.found:
		default:
			if !bytes.Equal(out.Bytes(), in) {
				t.Errorf("%q became %q", in, out.Bytes())
			}
		}
	})
}
