package examples

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A tutorial is what the README has people write and run.
type tutorial struct {
	files    map[string]string // by their names
	commands []string
	output   string // of the last command
}

// tutorialFile matches a file of the tutorial: its name in bold, and the block that
// follows.
var tutorialFile = regexp.MustCompile("(?s)\\*\\*([a-z]+/[a-z]+\\.go)\\*\\*:\n\n```go\n(.*?)```")

func readTutorial(t *testing.T) tutorial {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## From a Go interface\n")
	section, _, _ = strings.Cut(section, "\n## ")
	tut := tutorial{files: map[string]string{}}
	for _, m := range tutorialFile.FindAllStringSubmatch(section, -1) {
		tut.files[m[1]] = m[2]
	}
	section = regexp.MustCompile("(?s)```go\n.*?```\n").ReplaceAllString(section, "")
	for _, m := range regexp.MustCompile("(?s)```\n(.*?)```").FindAllStringSubmatch(section, -1) {
		for line := range strings.Lines(m[1]) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				tut.commands = append(tut.commands, strings.TrimSpace(command))
				tut.output = ""
			} else {
				tut.output += line
			}
		}
	}
	return tut
}

// TestTutorial writes what the README says into an empty directory, and runs it. Only
// what would be fetched is taken from here.
func TestTutorial(t *testing.T) {
	tut := readTutorial(t)
	if len(tut.files) != 4 || len(tut.commands) != 4 {
		t.Fatalf("the README has %d files and the commands %q", len(tut.files), tut.commands)
	}
	core, err := filepath.Abs("../core")
	if err != nil {
		t.Fatal(err)
	}
	tools := t.TempDir()
	work, err := filepath.Abs("../go.work") // also where the test itself runs without it
	if err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", filepath.Join(tools, "tenon"), "../tools/tenon")
	build.Env = append(os.Environ(), "GOWORK="+work)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build tenon: %v\n%s", err, out)
	}
	dir := t.TempDir()
	for name, text := range tut.files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	offline := map[string]string{
		"go install github.com/tenon-dev/tenon/tools/tenon@latest": "tenon version",
		"go get github.com/tenon-dev/tenon/core@latest":            "go mod edit -require=github.com/tenon-dev/tenon/core@v0.1.0 -replace=github.com/tenon-dev/tenon/core=" + core,
	}
	for i, command := range tut.commands {
		if here, ok := offline[command]; ok {
			command = here
		}
		run := exec.Command("sh", "-c", command)
		run.Dir = dir
		run.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off", "PATH="+tools+string(os.PathListSeparator)+os.Getenv("PATH"))
		out, err := run.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
		if i == len(tut.commands)-1 && string(out) != tut.output {
			t.Errorf("it prints\n%s\nand the README says\n%s", out, tut.output)
		}
	}
}

// TestTutorialIsShort holds that a host and a plugin with three methods, one of them
// streaming, take no more than 12 statements beyond the interface and its
// implementation, imports counted.
func TestTutorialIsShort(t *testing.T) {
	tut := readTutorial(t)
	n := 0
	for _, name := range []string{"plugin/main.go", "host/main.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), name, tut.files[name], 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.BlockStmt:
			case *ast.FuncDecl:
				if node.Name.Name != "main" {
					t.Errorf("%s has a func %s: count it", name, node.Name.Name)
				}
			case ast.Stmt, ast.Spec:
				n++
			}
			return true
		})
	}
	if n == 0 || n > 12 {
		t.Errorf("%d statements", n)
	}
	t.Logf("%d statements", n)
}
