package main

import (
	"go/ast"
	"go/token"
	"strings"
)

const (
	whySleep = "a timer that nobody stops, or a wait that nobody can end: use a time.Timer or a context"
	whyPrint = "a library writes to nothing that it was not given: take a *slog.Logger or an io.Writer"
	whyExit  = "a library returns an error, its caller decides"
	whyInit  = "nothing happens by importing a package: take the value as a parameter"
	whyName  = "looking methods up by name stops the linker from dropping unused code"
	whyPool  = "a pooled timer or channel breaks testing/synctest for whoever uses us"
	whyText  = "say what was tried and what was found, in lower case, without \"failed to\""
)

// callRules looks at what code refers to.
func callRules(s *source) violations {
	if s.generated {
		return nil
	}
	var out violations
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			out = append(out, s.selectorRules(n)...)
		case *ast.CallExpr:
			out = append(out, s.errorText(n)...)
			if id, ok := n.Fun.(*ast.Ident); ok && s.isLibrary() && (id.Name == "print" || id.Name == "println") {
				out = append(out, s.at("print", n.Pos(), whyPrint))
			}
		case *ast.FuncDecl:
			if s.isLibrary() && n.Recv == nil && n.Name.Name == "init" {
				out = append(out, s.at("init", n.Pos(), whyInit))
			}
		case *ast.CompositeLit:
			if pkg, name := s.selector(n.Type); pkg == "sync" && name == "Pool" && s.isLibrary() && s.poolsTiming(n) {
				out = append(out, s.at("pool", n.Pos(), whyPool))
			}
		}
		return true
	})
	return out
}

func (s *source) selectorRules(sel *ast.SelectorExpr) violations {
	var out violations
	if s.module == "core" && !s.test && strings.HasPrefix(sel.Sel.Name, "MethodByName") {
		out = append(out, s.at("method-by-name", sel.Pos(), whyName))
	}
	pkg, name := s.selector(sel)
	switch {
	case pkg == "time" && (name == "Sleep" || name == "After" || name == "Tick") && s.published && !s.test:
		out = append(out, s.at("sleep", sel.Pos(), whySleep))
	case !s.isLibrary():
	case pkg == "fmt" && (name == "Print" || name == "Println" || name == "Printf"):
		out = append(out, s.at("print", sel.Pos(), whyPrint))
	case pkg == "log" && name != "Logger" && name != "New" && !strings.HasPrefix(name, "L"):
		out = append(out, s.at("print", sel.Pos(), whyPrint))
	case pkg == "log/slog" && globalSlog(name):
		out = append(out, s.at("print", sel.Pos(), whyPrint))
	case pkg == "os" && (name == "Stdout" || name == "Stderr" || name == "Stdin"):
		out = append(out, s.at("print", sel.Pos(), whyPrint))
	case pkg == "os" && name == "Exit":
		out = append(out, s.at("exit", sel.Pos(), whyExit))
	}
	return out
}

// globalSlog names the functions of slog that go to the default logger.
func globalSlog(name string) bool {
	switch strings.TrimSuffix(name, "Context") {
	case "Debug", "Info", "Warn", "Error", "Log", "LogAttrs", "Default", "SetDefault", "With", "SetLogLoggerLevel":
		return true
	}
	return false
}

// errorText looks at the text of errors.New and fmt.Errorf.
func (s *source) errorText(call *ast.CallExpr) violations {
	pkg, name := s.selector(call.Fun)
	if len(call.Args) == 0 || !(pkg == "errors" && name == "New" || pkg == "fmt" && name == "Errorf") || s.test {
		return nil
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if ok && lit.Kind == token.STRING && strings.Contains(strings.ToLower(lit.Value), "failed"+" to") {
		return violations{s.at("error-text", lit.Pos(), whyText)}
	}
	return nil
}

// poolsTiming reports whether a sync.Pool literal makes timers or channels.
func (s *source) poolsTiming(lit *ast.CompositeLit) bool {
	found := false
	ast.Inspect(lit, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		pkg, name := s.selector(call.Fun)
		found = found || pkg == "time" && (name == "NewTimer" || name == "NewTicker")
		if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "make" && len(call.Args) > 0 {
			_, channel := call.Args[0].(*ast.ChanType)
			found = found || channel
		}
		return true
	})
	return found
}
