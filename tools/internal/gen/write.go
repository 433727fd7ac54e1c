package gen

import (
	"bytes"
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
)

// FileName is the name of the file for some interfaces, where nothing else is asked
// for: "store_tenon.go" for Store.
func FileName(names []string) string { return snake(names[0]) + "_tenon.go" }

// snake returns a name in lower case, with its words apart: "KeyValue" as
// "key_value".
func snake(name string) string {
	var out []byte
	for i := range len(name) {
		c := name[i]
		upper := c >= 'A' && c <= 'Z'
		if upper && i > 0 && (name[i-1] < 'A' || name[i-1] > 'Z' || i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z') {
			out = append(out, '_')
		}
		if upper {
			c += 'a' - 'A'
		}
		out = append(out, c)
	}
	return string(out)
}

// Write writes a generated file, unless it is there already. It does not overwrite
// what it did not make. It reports whether it wrote anything.
func Write(path string, text []byte) (bool, error) {
	have, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(have, text):
		return false, nil
	case err == nil && !firstLine.Match(have):
		return false, fmt.Errorf("%s is there, and was not made by tenon gen: remove it, or choose another file with -o", path)
	case err != nil && !os.IsNotExist(err):
		return false, err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".tenon-gen-*")
	if err != nil {
		return false, err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(text)
	if err == nil {
		err = temp.Chmod(0o644)
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return false, err
	}
	return true, os.Rename(temp.Name(), path)
}

// declared are the names that a declaration makes.
func declared(d ast.Decl) []string {
	var names []string
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
			case *ast.ValueSpec:
				for _, n := range spec.Names {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}
