package gen

import (
	"bytes"
	"fmt"
	"go/format"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// The packages that generated code imports by itself.
const (
	corePath   = "github.com/tenon-dev/tenon/core"
	rpcPath    = corePath + "/rpc"
	launchPath = corePath + "/launch"
)

// Generate returns the file for some interfaces of the package, by name, and for the
// further versions that there are of them.
func (p *Package) Generate(names ...string) ([]byte, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("package %s: name an interface: there are %s", p.types.Name(), strings.Join(p.Interfaces(), ", "))
	}
	b, err := newPlan(p, names)
	if err != nil {
		return nil, err
	}
	f := &file{plan: b, imports: map[string]string{}}
	f.headline = madeBy + strings.Join(names, " ") + "\"; DO NOT EDIT.\n"
	return f.all()
}

// all writes the glue of everything in the plan.
func (f *file) all() ([]byte, error) {
	b := f.plan
	for _, i := range b.roots {
		f.root(i)
	}
	for _, v := range b.families {
		f.family(v)
	}
	for _, i := range b.roots {
		f.calls(i)
		f.client(i)
		f.serving(i)
	}
	for _, i := range b.reached {
		f.calls(i)
		if i.fn {
			f.stub(i)
		} else {
			f.client(i)
		}
		f.serving(i)
	}
	return f.finish()
}

// A file is one that is being written.
type file struct {
	*plan
	headline string
	body     bytes.Buffer
	imports  map[string]string // path to name
	codec    [2]string         // path and name of the package that has the codec of roots; "" for any
}

func (f *file) f(format string, args ...any) { fmt.Fprintf(&f.body, format, args...) }

// pkg returns the name by which a package is imported.
func (f *file) pkg(path, name string) string {
	if have, ok := f.imports[path]; ok {
		return have
	}
	free := name
	for n := 2; f.taken(free); n++ {
		free = name + strconv.Itoa(n)
	}
	f.imports[path] = free
	return free
}

// taken reports whether a package cannot be imported under a name.
func (f *file) taken(name string) bool {
	for _, have := range f.imports {
		if have == name {
			return true
		}
	}
	return f.plan.pkg.types.Scope().Lookup(name) != nil || f.names[name] || token.IsKeyword(name)
}

func (f *file) rpc() string   { return f.pkg(rpcPath, "rpc") }
func (f *file) tenon() string { return f.pkg(corePath, "tenon") }
func (f *file) ctx() string   { return f.pkg("context", "context") }
func (f *file) iter() string  { return f.pkg("iter", "iter") }

// t writes a type.
func (f *file) t(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == f.plan.pkg.types {
			return ""
		}
		return f.pkg(p.Path(), p.Name())
	})
}

// zero writes the zero value of a type.
func (f *file) zero(t types.Type) string {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsBoolean != 0:
			return "false"
		case u.Info()&types.IsString != 0:
			return `""`
		}
		return "0"
	case *types.Struct, *types.Array:
		return f.t(t) + "{}"
	}
	return "nil"
}

// comment writes text as a comment.
func (f *file) comment(text, indent string) {
	for line := range strings.SplitSeq(text, "\n") {
		f.f("%s\n", strings.TrimRight(indent+"// "+line, " "))
	}
}

// finish puts the head before the body, and formats both.
func (f *file) finish() ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\npackage %s\n\nimport (\n", f.headline, f.plan.pkg.types.Name())
	rpc := f.rpc()
	var std, other []string
	for path, name := range f.imports {
		line := strconv.Quote(path)
		if path == corePath || !strings.HasSuffix("/"+path, "/"+name) {
			line = name + " " + line
		}
		if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
			other = append(other, line)
		} else {
			std = append(std, line)
		}
	}
	byPath := func(a, b string) int {
		return strings.Compare(a[strings.IndexByte(a, '"'):], b[strings.IndexByte(b, '"'):])
	}
	slices.SortFunc(std, byPath)
	slices.SortFunc(other, byPath)
	fmt.Fprintf(&out, "%s\n\n%s\n)\n", strings.Join(std, "\n"), strings.Join(other, "\n"))
	fmt.Fprintf(&out, "\n// Where this is undefined, the module core is of another release than the tenon\n"+
		"// command that made this file: install that of core's release, and generate again.\nconst _ = %s.SupportsGeneratedCode1\n", rpc)
	out.Write(f.body.Bytes())
	text := out.Bytes()
	var err error
	for range 2 { // an interface within a parameter list takes gofmt two rounds
		if text, err = format.Source(text); err != nil {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the generated code does not parse, which is a fault of the generator: %w\n%s", err, numbered(out.String()))
	}
	return text, nil
}

func numbered(text string) string {
	var out strings.Builder
	n := 0
	for line := range strings.Lines(text) {
		n++
		fmt.Fprintf(&out, "%4d %s", n, line)
	}
	return out.String()
}

func itoa(n int) string { return strconv.Itoa(n) }
