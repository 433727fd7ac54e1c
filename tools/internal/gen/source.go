package gen

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
)

// A comment is what the source says above a declaration: text for people, and
// directives for the generator.
type comment struct {
	text       string // without directives, "" for none
	directives []directive
}

// A directive is a line such as "//tenon:lost zero".
type directive struct {
	name, args string
	pos        token.Position
}

// get returns the arguments of the directive of that name.
func (c comment) get(name string) (args string, pos token.Position, ok bool) {
	for _, d := range c.directives {
		if d.name == name {
			return d.args, d.pos, true
		}
	}
	return "", token.Position{}, false
}

// Where a directive may stand.
const (
	onInterface = "an interface"
	onMethod    = "a method"
	onField     = "a field"
)

// directiveNames are the directives that there are, and what each may stand on.
var directiveNames = map[string][]string{
	"config": {onInterface},
	"lost":   {onInterface, onMethod},
	"local":  {onField},
	"quick":  {onMethod},
}

// check returns what is wrong with the directives of a comment on such a thing.
func (c comment) check(on, where string) Refusals {
	var found Refusals
	refuse := func(d directive, format string, args ...any) {
		found = append(found, Refusal{d.pos, where, fmt.Sprintf(format, args...)})
	}
	for _, d := range c.directives {
		may, known := directiveNames[d.name]
		switch {
		case !known:
			refuse(d, "there is no directive //tenon:%s: there are config, local, lost, quick", d.name)
		case !contains(may, on):
			refuse(d, "//tenon:%s stands on %s, and cannot: it belongs on %s", d.name, on, strings.Join(may, " or "))
		case d.name == "lost" && d.args != "zero" && d.args != "panic":
			refuse(d, "%s: write //tenon:lost zero, to return zero values when the connection is lost, or //tenon:lost panic", strings.TrimSpace("//tenon:lost "+d.args))
		case d.name == "config" && d.args == "":
			refuse(d, "//tenon:config names no type: write //tenon:config MyConfig, or //tenon:config none")
		}
	}
	return found
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// sources finds comments by the positions of what they stand on, also in packages
// of which only the types were loaded.
type sources struct {
	fset  *token.FileSet
	files map[string]*parsed
	said  map[types.Object]comment // of what has no source
}

type parsed struct {
	fset   *token.FileSet
	file   *ast.File
	byLine map[string]*ast.CommentGroup // "line name"
}

// of returns the comment on obj: a type, a method of an interface, a field.
func (s *sources) of(obj types.Object) comment {
	if c, ok := s.said[obj]; ok {
		return c
	}
	p := s.fset.Position(obj.Pos())
	f := s.parse(p.Filename)
	if f == nil {
		return comment{}
	}
	return f.comment(f.byLine[key(p.Line, obj.Name())])
}

func key(line int, name string) string { return fmt.Sprint(line, " ", name) }

func (s *sources) parse(name string) *parsed {
	if f, ok := s.files[name]; ok {
		return f
	}
	s.files[name] = nil
	if name == "" {
		return nil
	}
	f := &parsed{fset: token.NewFileSet(), byLine: map[string]*ast.CommentGroup{}}
	var err error
	if f.file, err = parser.ParseFile(f.fset, name, nil, parser.ParseComments); err != nil {
		return nil
	}
	note := func(name *ast.Ident, groups ...*ast.CommentGroup) {
		all := &ast.CommentGroup{}
		for _, g := range groups {
			if g != nil {
				all.List = append(all.List, g.List...)
			}
		}
		f.byLine[key(f.fset.Position(name.Pos()).Line, name.Name)] = all
	}
	ast.Inspect(f.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			for _, spec := range n.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok {
					if t.Doc == nil && !n.Lparen.IsValid() {
						note(t.Name, n.Doc)
					} else {
						note(t.Name, t.Doc)
					}
				}
			}
		case *ast.InterfaceType:
			for _, field := range n.Methods.List {
				for _, name := range field.Names {
					note(name, field.Doc, field.Comment)
				}
			}
		case *ast.StructType:
			for _, field := range n.Fields.List {
				for _, name := range field.Names {
					note(name, field.Doc, field.Comment)
				}
				if id := embeddedName(field.Type); field.Names == nil && id != nil {
					note(id, field.Doc, field.Comment)
				}
			}
		}
		return true
	})
	s.files[name] = f
	return f
}

// embeddedName is the name of an embedded field.
func embeddedName(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.StarExpr:
		return embeddedName(e.X)
	case *ast.SelectorExpr:
		return e.Sel
	case *ast.IndexExpr:
		return embeddedName(e.X)
	case *ast.IndexListExpr:
		return embeddedName(e.X)
	}
	return nil
}

func (f *parsed) comment(g *ast.CommentGroup) comment {
	if g == nil {
		return comment{}
	}
	var c comment
	text := &ast.CommentGroup{}
	for _, line := range g.List {
		rest, ok := strings.CutPrefix(line.Text, "//tenon:")
		if !ok {
			text.List = append(text.List, line)
			continue
		}
		name, args, _ := strings.Cut(rest, " ")
		c.directives = append(c.directives, directive{name, strings.TrimSpace(args), f.fset.Position(line.Pos())})
	}
	if len(text.List) > 0 {
		c.text = strings.TrimSpace(text.Text())
	}
	return c
}

// ownerOf returns the comment on the interface in whose source a method stands,
// which may be one that another one embeds.
func (s *sources) ownerOf(f *types.Func) comment {
	recv := f.Type().(*types.Signature).Recv()
	if recv == nil {
		return comment{}
	}
	if named, ok := types.Unalias(recv.Type()).(*types.Named); ok {
		return s.of(named.Obj())
	}
	return comment{}
}
