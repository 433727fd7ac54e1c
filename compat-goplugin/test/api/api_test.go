package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	_ "github.com/hashicorp/go-plugin"
	_ "github.com/tenon-dev/tenon/compat-goplugin"
)

const (
	theirs = "github.com/hashicorp/go-plugin"
	ours   = "github.com/tenon-dev/tenon/compat-goplugin"
)

func TestNoDifference(t *testing.T) {
	load := loader(t)
	for _, sub := range []string{"", "/runner"} {
		a, b := load(theirs+sub), load(ours+sub)
		want, got := describe(a), describe(b)
		for name, text := range want {
			if got[name] != text {
				t.Errorf("%s%s:\n\ttheirs: %s\n\tours:   %s", a.Name(), sub, name+" "+text, name+" "+got[name])
			}
		}
		for name, text := range got {
			if want[name] == "" {
				t.Errorf("%s has %s %s, which the original has not", b.Name(), name, text)
			}
		}
		if len(want) < 5 {
			t.Errorf("only %d identifiers were compared", len(want))
		}
	}
}

// loader returns a function that reads the types of a package from its export data.
func loader(t *testing.T) func(path string) *types.Package {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export", theirs, ours, theirs+"/runner", ours+"/runner")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ ImportPath, Export string }
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
	}
	imp := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	return func(path string) *types.Package {
		pkg, err := imp.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		return pkg
	}
}

// describe returns a text for each exported identifier, and for each member of a type
// that a user can reach.
func describe(pkg *types.Package) map[string]string {
	all := map[string]string{}
	for _, name := range pkg.Scope().Names() {
		obj := pkg.Scope().Lookup(name)
		if !obj.Exported() {
			continue
		}
		switch obj := obj.(type) {
		case *types.Const:
			all[name] = fmt.Sprintf("const %s = %s", text(obj.Type()), obj.Val())
		case *types.TypeName:
			describeType(all, obj)
		default:
			all[name] = fmt.Sprintf("%T %s", obj, text(obj.Type()))
		}
	}
	return all
}

func describeType(all map[string]string, obj *types.TypeName) {
	name := obj.Name()
	switch under := obj.Type().Underlying().(type) {
	case *types.Struct:
		all[name] = "struct, comparable: " + fmt.Sprint(types.Comparable(under))
		hidden := false
		var order []string
		for i := range under.NumFields() {
			f := under.Field(i)
			if !f.Exported() {
				hidden = true
				continue
			}
			order = append(order, f.Name())
			all[name+"."+f.Name()] = fmt.Sprintf("field %s embedded: %v tag: %q", text(f.Type()), f.Embedded(), under.Tag(i))
		}
		if !hidden { // the order counts where it can be written without names
			all[name] += ", fields " + strings.Join(order, " ")
		}
	default:
		all[name] = "type " + text(under)
	}
	for kind, t := range map[string]types.Type{"value": obj.Type(), "pointer": types.NewPointer(obj.Type())} {
		set := types.NewMethodSet(t)
		var names []string
		for i := range set.Len() {
			if m := set.At(i).Obj(); m.Exported() {
				names = append(names, m.Name()+" "+text(m.Type()))
			}
		}
		slices.Sort(names)
		all[name+" "+kind+" methods"] = "methods " + strings.Join(names, "; ")
	}
}

// text writes a type so that the two packages' own types read alike.
func text(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		for _, prefix := range []string{theirs, ours} {
			if rest, ok := strings.CutPrefix(p.Path(), prefix); ok {
				return "PLUGIN" + rest
			}
		}
		return p.Path()
	})
}
