package repo

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree writes files, name and content, into a new folder and returns it.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func fixture(t *testing.T) string {
	return tree(t, map[string]string{
		"go.work":                   "go 1.25.0\n\nuse (\n\t./core\n\t./tools\n\t./examples\n)\n",
		"core/go.mod":               "module " + Prefix + "core\n\ngo 1.25.0\n",
		"core/core.go":              "// Package tenon is a fixture.\npackage tenon\n",
		"core/testdata/bad/go.mod":  "not a go.mod",
		"tools/go.mod":              "module " + Prefix + "tools\n\ngo 1.25.0\n\nrequire " + Prefix + "core v0.1.0\n",
		"tools/tenon/main.go":       "package main\n\nimport _ \"" + Prefix + "core\"\n\nfunc main() {}\n",
		"tools/dev/go.mod":          "module " + Prefix + "tools/dev\n\ngo 1.25.0\n",
		"tools/dev/main.go":         "package main\n",
		"examples/go.mod":           "module " + Prefix + "examples\n\ngo 1.25.0\n\nrequire " + Prefix + "core v0.1.0\n\nreplace " + Prefix + "core => ../core\n",
		".hidden/go.mod":            "not a go.mod",
		"node_modules/thing/go.mod": "not a go.mod",
	})
}

func loadAll(t *testing.T, root string) []Module {
	t.Helper()
	mods, err := Modules(root)
	if err != nil {
		t.Fatal(err)
	}
	return mods
}

func TestModules(t *testing.T) {
	root := fixture(t)
	var got []string
	for _, m := range loadAll(t, root) {
		state := "published"
		if !m.Published() {
			state = "not"
		}
		got = append(got, m.Dir+" "+state)
	}
	want := []string{"core published", "examples not", "tools published", "tools/dev not"}
	if !slices.Equal(got, want) {
		t.Errorf("modules:\n got %q\nwant %q", got, want)
	}
	inside, err := FindRoot(filepath.Join(root, "tools", "dev"))
	if err != nil || inside != root {
		t.Errorf("FindRoot from a nested folder: %q, %v; want %q", inside, err, root)
	}
	if _, err := FindRoot(t.TempDir()); err == nil {
		t.Error("FindRoot outside of a repository: no error")
	}
}

func TestModulesRefusesAMissingOne(t *testing.T) {
	root := tree(t, map[string]string{"go.work": "go 1.25.0\n\nuse ./core\n"})
	if _, err := Modules(root); err == nil || !strings.Contains(err.Error(), "core, which has no go.mod") {
		t.Errorf("go.work with a folder that is not there: %v", err)
	}
}

func TestOwnLeavesNestedModulesOut(t *testing.T) {
	root := fixture(t)
	mods := loadAll(t, root)
	files := []string{"core/core.go", "tools/go.mod", "tools/tenon/main.go", "tools/dev/main.go", "toolsmith/x.go"}
	i := slices.IndexFunc(mods, func(m Module) bool { return m.Dir == "tools" })
	got := Own(files, mods[i], mods)
	if want := []string{"tools/go.mod", "tools/tenon/main.go"}; !slices.Equal(got, want) {
		t.Errorf("files of tools: %q, want %q", got, want)
	}
}

func TestFiles(t *testing.T) {
	root := tree(t, map[string]string{
		".gitignore": "*.out\n", "kept.go": "", "gone.go": "", "new.go": "", "x.out": "",
	})
	for _, args := range [][]string{{"init", "-q"}, {"add", "kept.go", "gone.go"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	if err := os.Remove(filepath.Join(root, "gone.go")); err != nil {
		t.Fatal(err)
	}
	got, err := Files(root)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{".gitignore", "kept.go", "new.go"}; !slices.Equal(got, want) {
		t.Errorf("files: %q, want %q", got, want)
	}
	if _, err := Files(t.TempDir()); err == nil {
		t.Error("a folder outside of git: no error")
	}
}

// The sibling is not published anywhere, so without the stand-in go.mod this
// build cannot succeed.
func TestAloneBuildsAgainstUnpublishedSiblings(t *testing.T) {
	root := fixture(t)
	mods := loadAll(t, root)
	for _, m := range mods {
		if m.Dir != "tools" && m.Dir != "examples" {
			continue
		}
		flag, cleanup, err := Alone(m, mods)
		if err != nil {
			t.Fatal(err)
		}
		if (flag != "") != (m.Dir == "tools") {
			t.Errorf("%s: flag %q", m.Dir, flag)
		}
		if m.Dir == "tools" {
			env := []string{"GOFLAGS=", "GOPROXY=off"}
			if out, err := GoAlone(m, flag, env, "build", "-o", os.DevNull, "./...").CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %s", m.Dir, err, out)
			}
			if out, err := GoAlone(m, "", env, "build", "-o", os.DevNull, "./...").CombinedOutput(); err == nil {
				t.Errorf("%s without the flag builds, so the fixture proves nothing: %s", m.Dir, out)
			}
		}
		cleanup()
		if name, ok := strings.CutPrefix(flag, "-modfile="); ok {
			if _, err := os.Stat(filepath.Dir(name)); !os.IsNotExist(err) {
				t.Errorf("%s: cleanup left %s: %v", m.Dir, name, err)
			}
		}
	}
}

func TestWithFlag(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"build ./...", "build -modfile=x ./..."},
		{"mod tidy -diff", "mod tidy -modfile=x -diff"},
		{"test -short ./...", "test -modfile=x -short ./..."},
	} {
		if got := strings.Join(withFlag(strings.Fields(c.in), "-modfile=x"), " "); got != c.want {
			t.Errorf("withFlag(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}
