package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// tree is a repository with a core, a command, and a helper module inside the
// command's, that all fit together.
func tree() map[string]string {
	head := func(dir string) string { return "module " + repo.Prefix + dir + "\n\ngo 1.25.0\n" }
	require := "\nrequire " + repo.Prefix + "core v0.1.0\n"
	return map[string]string{
		"LICENSE":                "a licence",
		"go.work":                "go 1.25.0\n\nuse (\n\t./core\n\t./codec-x\n\t./tools\n)\n",
		"core/go.mod":            head("core"),
		"core/core.go":           "// Package tenon is a fixture.\npackage tenon\n\nimport _ \"embed\"\n\n//go:embed text.txt\nvar Text string\n",
		"core/text.txt":          "pong",
		"codec-x/go.mod":         head("codec-x") + require + "\nreplace " + repo.Prefix + "core => ../core\n",
		"codec-x/x.go":           "// Package x is a fixture.\npackage x\n\nimport _ \"" + repo.Prefix + "core\"\n",
		"tools/go.mod":           head("tools") + require,
		"tools/tenon/main.go":    fakeCommand,
		"tools/dev/go.mod":       head("tools/dev"),
		"tools/dev/dev.go":       "package broken because nobody packs it",
		"core/testdata/x/go.mod": head("core/testdata/x"),
	}
}

// outside is a host that finds its plugin beside it.
func outside() fstest.MapFS {
	host := "package main\n\nimport (\n\t\"fmt\"\n\t\"os/exec\"\n\n\ttenon \"" + repo.Prefix + "core\"\n)\n\n" +
		"func main() {\n\tfmt.Println(\"Starting host...\")\n\tif exec.Command(\"./myplugin\").Run() == nil {\n\t\tfmt.Println(tenon.Text)\n\t}\n}\n"
	return fstest.MapFS{
		"host/main.go":   {Data: []byte(host)},
		"plugin/main.go": {Data: []byte("package main\n\nimport _ \"" + repo.Prefix + "codec-x\"\n\nfunc main() {}\n")},
	}
}

func verdict(t *testing.T, files map[string]string) (string, error) {
	t.Helper()
	root := t.TempDir()
	var names []string
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	mods, err := repo.Modules(root)
	if err != nil {
		t.Fatal(err)
	}
	s, err := readSettings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.GOPROXY, s.GOMODCACHE = "", filepath.Join(t.TempDir(), "nothing")
	var out bytes.Buffer
	c := &consumer{version: "v0.1.0", temp: t.TempDir(), settings: s, out: &out}
	err = c.check(t.Context(), root, mods, names, outside())
	return out.String(), err
}

// fakeCommand stands for the command: it knows its version, and makes a project.
const fakeCommand = `// Command tenon is a fixture.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	_ "` + repo.Prefix + `core"
)

func main() {
	info, _ := debug.ReadBuildInfo()
	if os.Args[1] == "version" {
		fmt.Println("tenon", info.Main.Version, "fixture")
		return
	}
	for name, text := range map[string]string{
		"go.mod":         "module example.com/hello\n\ngo 1.25.0\n",
		"host/main.go":   "package main\n\nimport (\n\t\"fmt\"\n\n\t_ \"` + repo.Prefix + `core\"\n)\n\nfunc main() { fmt.Println(\"Hello, world!\") }\n",
		"plugin/main.go": "package main\n\nfunc main() {}\n",
	} {
		path := filepath.Join(os.Args[4], name)
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			panic(err)
		}
	}
}
`

func TestCheck(t *testing.T) {
	out, err := verdict(t, tree())
	if err != nil {
		t.Fatalf("a repository that fits together: %v\n%s", err, out)
	}
	for _, want := range []string{"packed    " + repo.Prefix + "codec-x v0.1.0", "built     all packages of " + repo.Prefix + "core, required alone", "pong", "tenon v0.1.0 fixture", "ran       a project of tenon new"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
	if strings.Contains(out, "tools/dev") {
		t.Errorf("a module that is not published was packed:\n%s", out)
	}
}

func TestCheckFinds(t *testing.T) {
	placeholder := "v0.0.0-00010101000000-000000000000"
	for _, c := range []struct{ name, file, old, new, want string }{
		{"a placeholder version", "codec-x/go.mod", "v0.1.0", placeholder, placeholder},
		{"an embedded file that is not in the zip", "core/text.txt", "*", "", "text.txt"},
		{"a replace line beside a command", "tools/go.mod", "require", "replace " + repo.Prefix + "core => ../core\n\nrequire", "replace directives"},
		{"a host that says something else", "core/text.txt", "pong", "ping", "it should print"},
		{"a command that does not know its version", "tools/tenon/main.go", "info.Main.Version", "info.Main.Path", "does not name v0.1.0"},
		{"a new project that does not build", "tools/tenon/main.go", `func main() {}\n`, `func main() { x }\n`, "a project of tenon new"},
		{"a new project that says something else", "tools/tenon/main.go", "Hello, world!", "Bye", "printed"},
		{"a module without a package", "codec-x/x.go", "*", "", "there is nothing to release"},
		{"no licence", "LICENSE", "*", "", "LICENSE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := tree()
			if c.old == "*" {
				delete(files, c.file)
			} else if changed := strings.Replace(files[c.file], c.old, c.new, 1); changed != files[c.file] {
				files[c.file] = changed
			} else {
				t.Fatalf("%q is not in %s", c.old, c.file)
			}
			out, err := verdict(t, files)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q\n%s", err, c.want, out)
			}
		})
	}
}

func TestReport(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		"go.work":         "go 1.25.0\n\nuse (\n\t./core\n\t./examples\n)\n",
		"core/go.mod":     "module " + repo.Prefix + "core\n",
		"examples/go.mod": "module " + repo.Prefix + "examples\n",
		"CHANGELOG.md":    "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-01-02\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mods, err := repo.Modules(root)
	if err != nil {
		t.Fatal(err)
	}
	for version, noted := range map[string]bool{"v0.1.0": true, "v0.2.0": false} {
		var out bytes.Buffer
		if err := report(&out, root, mods, version); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(out.String(), "moved:\ngit tag core/"+version+"\n") || strings.Contains(out.String(), "note:") == noted {
			t.Errorf("%s: %s", version, &out)
		}
	}
}

func TestProxies(t *testing.T) {
	s := settings{GOMODCACHE: "/go/mod", GOPROXY: "https://a.example,direct"}
	if got, want := s.proxies("/tmp/x y"), "file:///tmp/x%20y,file:///go/mod/cache/download,https://a.example"; got != want {
		t.Errorf("proxies: %q, want %q", got, want)
	}
	for in, want := range map[string]string{"direct": "direct", "a|direct": "a", "a": "a", "": ""} {
		if got := withoutDirect(in); got != want {
			t.Errorf("withoutDirect(%q) = %q, want %q", in, got, want)
		}
	}
}
