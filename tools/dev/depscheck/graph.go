package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// A pkg is what the go command says of a package.
type pkg struct {
	ImportPath string
	Name       string
	ForTest    string
	Standard   bool
	Imports    []string
	Module     *struct{ Path string }
}

// A graph is what one module is built from, on one or more platforms.
type graph struct {
	module string // its folder
	path   string
	lib    map[string]pkg // what its packages need, by import path
	test   map[string]pkg // what its packages and their tests need
}

func load(m repo.Module, mods []repo.Module) (*graph, error) {
	flag, cleanup, err := repo.Alone(m, mods)
	if err != nil {
		return nil, err
	}
	defer cleanup()
	g := &graph{module: m.Dir, path: m.Path, lib: make(map[string]pkg), test: make(map[string]pkg)}
	for _, goos := range platforms() {
		if err := list(g.lib, m, flag, goos); err != nil {
			return nil, err
		}
		if err := list(g.test, m, flag, goos, "-test"); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// list adds the packages of m and all they need to into.
func list(into map[string]pkg, m repo.Module, flag, goos string, more ...string) error {
	args := []string{"list", "-deps", "-json=ImportPath,Name,ForTest,Standard,Imports,Module"}
	args = append(append(args, more...), "./...")
	cmd := repo.GoAlone(m, flag, []string{"GOOS=" + goos, "GOARCH=amd64", "CGO_ENABLED=0"}, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("list the packages of %s for %s: %w: %s", m.Dir, goos, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return decode(into, out)
}

func decode(into map[string]pkg, out []byte) error {
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read the go command's list: %w", err)
		}
		// "p [q.test]" is p, built once more for a test.
		p.ImportPath, _, _ = strings.Cut(p.ImportPath, " ")
		p.merge(into[p.ImportPath])
		into[p.ImportPath] = p
	}
}

// merge adds the imports that the package has on another platform.
func (p *pkg) merge(other pkg) {
	have := make(map[string]bool)
	for _, i := range p.Imports {
		have[i] = true
	}
	for _, i := range other.Imports {
		if !have[i] {
			p.Imports = append(p.Imports, i)
		}
	}
}

// ours reports whether an import path belongs to this repository.
func ours(path string) bool { return strings.HasPrefix(path, repo.Prefix) }

// in reports whether path is in the tree of packages below root, or root itself.
func in(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }
