// Package repo knows how this repository is laid out: which modules it holds,
// which of them are published, and which files belong to it.
//
// There is one list of modules, the use lines of go.work; a go.mod outside of
// that list belongs to a module that is built alone and never published.
package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"golang.org/x/mod/modfile"
)

// Prefix is what the path of every module of the repository starts with.
const Prefix = "github.com/tenon-dev/tenon/"

// A Module is one go.mod of the repository.
type Module struct {
	Root  string        // absolute path of the repository
	Dir   string        // of the module, relative to Root, with slashes
	Path  string        // module path
	Mod   *modfile.File // its go.mod, parsed
	InUse bool          // listed in go.work
}

// AbsDir is the module's folder as an absolute path.
func (m Module) AbsDir() string { return filepath.Join(m.Root, filepath.FromSlash(m.Dir)) }

// Unpublished says why a module is never released, or is empty for one that is.
func (m Module) Unpublished() string {
	switch {
	case !m.InUse:
		return "it is not in go.work: developers build it alone"
	case m.Dir == "examples":
		return "examples are run from a clone"
	}
	return ""
}

// Published reports whether the module is tagged by a release.
func (m Module) Published() bool { return m.Unpublished() == "" }

// Tag is the git tag that releases the module at version.
func (m Module) Tag(version string) string { return m.Dir + "/" + version }

// Siblings are the requirements on other modules of this repository.
func (m Module) Siblings() []*modfile.Require {
	var out []*modfile.Require
	for _, r := range m.Mod.Require {
		if strings.HasPrefix(r.Mod.Path, Prefix) {
			out = append(out, r)
		}
	}
	return out
}

// Replaced reports whether the module's own go.mod replaces path.
func (m Module) Replaced(path string) bool {
	for _, r := range m.Mod.Replace {
		if r.Old.Path == path {
			return true
		}
	}
	return false
}

// FindRoot walks up from dir to the folder with go.work.
func FindRoot(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for d := start; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.work")); err == nil {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("repo: no go.work in %s or above it: run this inside the repository", start)
		}
	}
}

// Modules lists every module of the repository at root, sorted by folder.
// A go.mod in a folder called testdata, or in a hidden one, is a fixture and
// not listed.
func Modules(root string) ([]Module, error) {
	used, err := workspace(root)
	if err != nil {
		return nil, err
	}
	var mods []Module
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			name := d.Name()
			if path != root && (name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if d.Name() != "go.mod" {
			return nil
		}
		m, err := load(root, path)
		if err != nil {
			return err
		}
		m.InUse = used[m.Dir]
		delete(used, m.Dir)
		mods = append(mods, m)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for dir := range used {
		return nil, fmt.Errorf("repo: go.work uses %s, which has no go.mod", dir)
	}
	sort.Slice(mods, func(i, j int) bool { return mods[i].Dir < mods[j].Dir })
	return mods, nil
}

func workspace(root string) (map[string]bool, error) {
	name := filepath.Join(root, "go.work")
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	work, err := modfile.ParseWork(name, data, nil)
	if err != nil {
		return nil, err
	}
	if len(work.Use) == 0 {
		return nil, errors.New("repo: go.work uses no module")
	}
	used := make(map[string]bool)
	for _, u := range work.Use {
		used[filepath.ToSlash(filepath.Clean(u.Path))] = true
	}
	return used, nil
}

func load(root, name string) (Module, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return Module{}, err
	}
	f, err := modfile.Parse(name, data, nil)
	if err != nil {
		return Module{}, err
	}
	if f.Module == nil {
		return Module{}, fmt.Errorf("repo: %s names no module", name)
	}
	dir, err := filepath.Rel(root, filepath.Dir(name))
	if err != nil {
		return Module{}, err
	}
	return Module{Root: root, Dir: filepath.ToSlash(dir), Path: f.Module.Mod.Path, Mod: f}, nil
}

// Here finds the repository around the current folder and loads its modules.
func Here() (root string, mods []Module, err error) {
	root, err = FindRoot(".")
	if err != nil {
		return "", nil, err
	}
	mods, err = Modules(root)
	return root, mods, err
}
