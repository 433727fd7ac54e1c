package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// A target is one fuzz function.
type target struct {
	module repo.Module
	pkg    string // folder relative to the module, "." or "./x/y"
	name   string // of the function
}

func (t target) String() string { return path.Join(t.module.Dir, t.pkg) + " " + t.name }

// find parses every test file for functions that go test would take as fuzz
// targets.
func find(root string, files []string, mods []repo.Module) ([]target, error) {
	var out []target
	for _, m := range mods {
		for _, name := range repo.Own(files, m, mods) {
			if !strings.HasSuffix(name, "_test.go") || strings.Contains(name, "/testdata/") {
				continue
			}
			src, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
			if err != nil {
				return nil, err
			}
			names, err := fuzzFuncs(name, src)
			if err != nil {
				return nil, err
			}
			rel := strings.TrimPrefix(path.Dir(name), m.Dir)
			for _, n := range names {
				out = append(out, target{module: m, pkg: "." + rel, name: n})
			}
		}
	}
	return out, nil
}

func fuzzFuncs(name string, src []byte) ([]string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv != nil || !isFuzzName(fn.Name.Name) {
			continue
		}
		if params := fn.Type.Params.List; len(params) == 1 && isTestingF(params[0].Type) {
			out = append(out, fn.Name.Name)
		}
	}
	return out, nil
}

// isFuzzName follows go test: "Fuzz" and then no lower-case letter.
func isFuzzName(name string) bool {
	rest, ok := strings.CutPrefix(name, "Fuzz")
	first, _ := utf8.DecodeRuneInString(rest)
	return ok && !unicode.IsLower(first)
}

func isTestingF(e ast.Expr) bool {
	star, ok := e.(*ast.StarExpr)
	if !ok {
		return false
	}
	sel, ok := star.X.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "F"
}

// run runs one target, with so many workers. A worker that shrinks an input counts nothing
// meanwhile, so that is kept short.
func run(w io.Writer, t target, mods []repo.Module, each string, workers int) error {
	modfile, cleanup, err := repo.Alone(t.module, mods)
	if err != nil {
		fmt.Fprintln(w, err)
		return err
	}
	defer cleanup()
	cmd := repo.GoAlone(t.module, modfile, nil,
		"test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+each, "-fuzzminimizetime=20x", "-parallel="+strconv.Itoa(workers), t.pkg)
	var said bytes.Buffer
	out := io.MultiWriter(w, &said)
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	if err != nil && onlyTimeEnded(said.String()) {
		fmt.Fprintln(w, "fuzzall: nothing was found: the time was up while an input ran")
		return nil
	}
	return err
}

// timeEnded is all that go test says when the time is up while an input runs, which it
// takes for a failure of the target. One that was found says more, and where its input
// is.
var timeEnded = regexp.MustCompile(`(?m)^--- FAIL: Fuzz\w+ \([0-9.]+s\)\n    context deadline exceeded\nFAIL$`)

func onlyTimeEnded(said string) bool {
	return timeEnded.MatchString(said) && strings.Count(said, "--- FAIL") == 1 && !strings.Contains(said, "Failing input")
}
