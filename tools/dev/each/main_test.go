package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// Two modules of three are broken: both are named, and the one between them
// still runs.
func TestRunGoesOnAfterAFailure(t *testing.T) {
	root := t.TempDir()
	write := func(name, content string) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.work", "go 1.25.0\n\nuse (\n\t./a\n\t./b\n\t./c\n)\n")
	for dir, body := range map[string]string{"a": "var x int = \"\"\n", "b": "", "c": "func f() { return 1 }\n"} {
		write(dir+"/go.mod", "module "+repo.Prefix+dir+"\n\ngo 1.25.0\n")
		write(dir+"/x.go", "package "+dir+"\n\n"+body)
	}
	mods, err := repo.Modules(root)
	if err != nil {
		t.Fatal(err)
	}
	all := func(repo.Module) bool { return true }
	var out bytes.Buffer
	build := job{program: "go", args: []string{"build", "./..."}, keep: all}
	if got := build.run(&out, mods); !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("failed modules: %q, want a and c\n%s", got, &out)
	}
	if !strings.Contains(out.String(), "-- b\n") {
		t.Errorf("b did not run:\n%s", &out)
	}
	vet := job{program: "go", args: []string{"vet", "./..."}, env: []string{"GOOS=windows"}}
	vet.keep = func(m repo.Module) bool { return m.Dir == "b" }
	if got := vet.run(&out, mods); len(got) != 0 {
		t.Errorf("vet of b alone: %q failed\n%s", got, &out)
	}
	if got, want := vet.String(), "GOWORK=off GOOS=windows go vet ./..."; got != want {
		t.Errorf("named %q, want %q", got, want)
	}
}

// Another program runs in the module's folder, without the workspace.
func TestRunAnotherProgram(t *testing.T) {
	root := t.TempDir()
	m := repo.Module{Root: root, Dir: ".", Path: repo.Prefix + "a", Mod: new(modfile.File)}
	program, err := exec.LookPath("go") // by its path, so that it counts as another program
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	j := job{program: program, args: []string{"env", "GOWORK", "GOOS"}, env: []string{"GOOS=plan9"}, keep: func(repo.Module) bool { return true }}
	if got := j.run(&out, []repo.Module{m}); len(got) != 0 || !strings.Contains(out.String(), "off\nplan9\n") {
		t.Errorf("failed %q, printed %q", got, &out)
	}
	j.program = filepath.Join(root, "none")
	if got := j.run(&out, []repo.Module{m}); len(got) != 1 {
		t.Errorf("a program that is not there: failed in %q", got)
	}
}

// Each of two waits for the other, which ends only if both run at a time.
func TestRunSeveralAtOnce(t *testing.T) {
	root := t.TempDir()
	var mods []repo.Module
	for _, dir := range []string{"a", "b"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
		mods = append(mods, repo.Module{Root: root, Dir: dir, Path: repo.Prefix + dir, Mod: new(modfile.File)})
	}
	meet := `me=$(basename "$PWD"); touch ../met-$me; for i in $(seq 100); do
		if [ -e ../met-a ] && [ -e ../met-b ]; then echo $me; exit; fi; sleep 0.1; done; exit 1`
	var out bytes.Buffer
	j := job{program: "sh", args: []string{"-c", meet}, keep: func(repo.Module) bool { return true }, atOnce: 2}
	if got := j.run(&out, mods); len(got) != 0 || out.String() != "-- a\na\n-- b\nb\n" {
		t.Errorf("failed %q, printed %q", got, &out)
	}
}

// The module has one command, in a folder of the same name: building it must
// not write, and so not fail.
func TestBuildWritesNothing(t *testing.T) {
	root := t.TempDir()
	write := func(name, content string) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.work", "go 1.25.0\n\nuse ./a\n")
	write("a/go.mod", "module "+repo.Prefix+"a\n\ngo 1.25.0\n")
	write("a/cmd/main.go", "package main\n\nfunc main() {}\n")
	mods, err := repo.Modules(root)
	if err != nil {
		t.Fatal(err)
	}
	j := job{program: "go", args: discard([]string{"build", "./..."}), keep: func(repo.Module) bool { return true }}
	var out bytes.Buffer
	if failed := j.run(&out, mods); len(failed) != 0 {
		t.Errorf("failed: %s", &out)
	}
	entries, err := os.ReadDir(filepath.Join(root, "a"))
	if err != nil || len(entries) != 2 {
		t.Errorf("the module's folder holds %v, %v", entries, err)
	}
	if got := discard([]string{"vet"}); !slices.Equal(got, []string{"vet"}) {
		t.Errorf("vet became %q", got)
	}
}
