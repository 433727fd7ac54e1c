package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// shipsCommand reports whether a published module holds a package main that
// "go install" could be asked for.
func shipsCommand(root string, m repo.Module, mods []repo.Module) (bool, error) {
	if !m.Published() {
		return false, nil
	}
	nested := make(map[string]bool)
	for _, other := range mods {
		nested[other.AbsDir()] = other.Dir != m.Dir
	}
	found := false
	err := filepath.WalkDir(filepath.Join(root, filepath.FromSlash(m.Dir)), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case found:
			return fs.SkipAll
		case d.IsDir() && (nested[path] || notAPackage(d.Name())):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.PackageClauseOnly)
		if err != nil {
			return err
		}
		found = f.Name.Name == "main"
		return nil
	})
	return found, err
}

// notAPackage says which folders "go install" cannot reach from outside.
func notAPackage(name string) bool {
	return name == "testdata" || name == "internal" || strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".")
}
