package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// good is a small repository with nothing wrong in it.
func good() map[string]string {
	head := func(dir string) string { return "module " + repo.Prefix + dir + "\n\ngo 1.25.0\n" }
	return map[string]string{
		"go.work":                     "go 1.25.0\n\nuse (\n\t./core\n\t./driver\n\t./tools\n)\n",
		"core/go.mod":                 head("core"),
		"core/testdata/child/main.go": "package main\n",
		"driver/go.mod":               head("driver") + "\nrequire " + repo.Prefix + "core v0.1.0\n\nreplace " + repo.Prefix + "core => ../core\n",
		"tools/go.mod":                head("tools") + "\nrequire " + repo.Prefix + "core v0.1.0\n",
		"tools/cli/main.go":           "package main\n",
		"tools/dev/go.mod":            "module " + repo.Prefix + "tools/dev\n\ngo 1.26.0\n\ntool example.com/x\n",
	}
}

func verdict(t *testing.T, files map[string]string, version string) (string, error) {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mods, err := repo.Modules(root)
	if err != nil {
		t.Fatal(err)
	}
	found, err := check(root, mods, version)
	return strings.Join(found, "\n"), err
}

func TestGood(t *testing.T) {
	if got, err := verdict(t, good(), "v0.1.0"); got != "" || err != nil {
		t.Errorf("a good repository: %v\n%s", err, got)
	}
}

func TestBad(t *testing.T) {
	core := repo.Prefix + "core"
	for _, c := range []struct{ name, file, old, new, want string }{
		{"placeholder", "driver/go.mod", "v0.1.0", "v0.0.0-00010101000000-000000000000", "driver/go.mod: requires " + core + " at the placeholder"},
		{"third-party placeholder", "driver/go.mod", "replace", "require example.com/x v0.0.0-00010101000000-000000000000\n\nreplace", "at the placeholder"},
		{"untagged sibling", "driver/go.mod", "v0.1.0", "v0.0.0-20260101000000-0123456789ab", "at the untagged"},
		{"other version", "tools/go.mod", "v0.1.0", "v0.2.0", "so it is v0.1.0"},
		{"go line", "core/go.mod", "1.25.0", "1.26.8", "go line is 1.26.8"},
		{"no go line", "core/go.mod", "go 1.25.0", "", "go line is none"},
		{"toolchain", "core/go.mod", "go 1.25.0", "go 1.25.0\n\ntoolchain go1.26.8", "toolchain line"},
		{"toolchain of an unpublished module", "tools/dev/go.mod", "tool ", "toolchain go1.26.8\n\ntool ", "toolchain line"},
		{"tool line", "core/go.mod", "go 1.25.0", "go 1.25.0\n\ntool example.com/x", "tool line"},
		{"module path", "core/go.mod", "tenon/core", "tenon/kernel", "does not match its folder"},
		{"command with replace", "tools/go.mod", "require", "replace " + core + " => ../core\n\nrequire", "ships a command"},
		{"no replace", "driver/go.mod", "replace " + core + " => ../core", "", "cannot be built alone"},
		{"wrong folder", "driver/go.mod", "../core", "../tools", "which is not that module's folder"},
		{"foreign replace", "driver/go.mod", "replace", "replace example.com/x => example.com/y v1.0.0\n\nreplace", "consumers do not see it"},
		{"workspace replace", "go.work", "use (", "replace example.com/x => ./core\n\nuse (", "go.work: replace lines"},
		{"workspace toolchain", "go.work", "go 1.25.0", "go 1.25.0\n\ntoolchain go1.26.8", "go.work: toolchain line"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := good()
			changed := strings.Replace(files[c.file], c.old, c.new, 1)
			if changed == files[c.file] {
				t.Fatalf("%q is not in %s", c.old, c.file)
			}
			files[c.file] = changed
			got, err := verdict(t, files, "v0.1.0")
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("got %q, want it to contain %q", got, c.want)
			}
		})
	}
}

func TestVersionFlag(t *testing.T) {
	for _, v := range []string{"", "0.1.0", "v0.1", "latest"} {
		if _, err := verdict(t, good(), v); err == nil {
			t.Errorf("version %q: no error", v)
		}
	}
}
