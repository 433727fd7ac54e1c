package gen

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzDirectives holds that no comment in a source makes the parser panic, and that
// the directives it finds are whole.
func FuzzDirectives(f *testing.F) {
	f.Add("// Get gets.\n//tenon:lost zero")
	f.Add("//tenon:\n//tenon:config  a b ")
	f.Add("/* a\n//tenon:lost zero */")
	f.Add("//go:generate x\n//\n//tenon:quick\r")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(dir, "f.go")
		if err := os.WriteFile(path, []byte("package p\n\ntype I interface {\n"+text+"\nDo()\n}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s := &sources{files: map[string]*parsed{}}
		p := s.parse(path)
		if p == nil {
			return
		}
		for _, group := range p.byLine {
			c := p.comment(group)
			c.check(onMethod, "I.Do")
			for _, d := range c.directives {
				if strings.ContainsAny(d.name, " \n") || d.args != strings.TrimSpace(d.args) {
					t.Errorf("%q gives the directive %q with %q", text, d.name, d.args)
				}
				if args, _, ok := c.get(d.name); !ok || strings.Contains(args, "\n") {
					t.Errorf("%q: the directive %q is lost", text, d.name)
				}
			}
		}
	})
}
