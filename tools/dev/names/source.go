package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"
	"strings"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// A source is one Go file, parsed.
type source struct {
	name      string // relative to the repository
	lines     int
	fset      *token.FileSet
	file      *ast.File
	imports   map[string]string // local name → import path
	generated bool
	test      bool // a _test.go file, or in a package that is there for tests
	published bool // in a module that a release tags
	module    string
}

func (s *source) dir() string     { return path.Dir(s.name) }
func (s *source) isMain() bool    { return s.file.Name.Name == "main" }
func (s *source) isLibrary() bool { return s.published && !s.test && !s.isMain() && !s.generated }

func (s *source) at(rule string, pos token.Pos, why string) violation {
	return violation{rule: rule, file: s.name, line: s.fset.Position(pos).Line, why: why}
}

func parse(name string, data []byte, mods []repo.Module) (*source, error) {
	s := &source{name: name, lines: strings.Count(string(data), "\n"), fset: token.NewFileSet(), imports: make(map[string]string)}
	f, err := parser.ParseFile(s.fset, name, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	s.file = f
	s.generated = ast.IsGenerated(f)
	s.test = strings.HasSuffix(name, "_test.go")
	for _, m := range mods {
		if len(repo.Own([]string{name}, m, mods)) == 1 {
			s.module, s.published = m.Dir, m.Published()
		}
	}
	for _, spec := range f.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		local := path.Base(p)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		s.imports[local] = p
	}
	return s, nil
}

// markTestPackages counts a package that imports testing outside of _test.go
// files, such as a conformance suite, as test code.
func markTestPackages(sources []*source) {
	dirs := make(map[string]bool)
	for _, s := range sources {
		for _, p := range s.imports {
			if p == "testing" && !s.test {
				dirs[s.dir()] = true
			}
		}
	}
	for _, s := range sources {
		s.test = s.test || dirs[s.dir()]
	}
}

// selector returns the import path and the name of an expression such as
// time.Sleep, or empty strings.
func (s *source) selector(e ast.Expr) (pkg, name string) {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return s.imports[id.Name], sel.Sel.Name
}
