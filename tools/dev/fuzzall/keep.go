package main

import (
	"cmp"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// largestKept is how large an input may be to be kept in the repository.
const largestKept = 4 << 10

// keep copies inputs that fuzzing found interesting from Go's cache into the package's
// testdata, from where go test takes them too, until it has most of them there. Short ones
// and long ones are taken alike.
func keep(t target, root string, most int) error {
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		return err
	}
	from := filepath.Join(strings.TrimSpace(string(out)), "fuzz", filepath.FromSlash(path.Join(t.module.Path, t.pkg)), t.name)
	to := filepath.Join(root, filepath.FromSlash(path.Join(t.module.Dir, t.pkg)), "testdata", "fuzz", t.name)
	there, err := os.ReadDir(to)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	if most -= len(there); most <= 0 {
		return nil
	}
	names, err := spread(from, most)
	if err != nil || len(names) == 0 {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), b, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// spread returns up to n names of files in dir, from the shortest to the longest that may be
// kept.
func spread(dir string, n int) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	type file struct {
		name string
		size int64
	}
	var files []file
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Size() <= largestKept {
			files = append(files, file{e.Name(), info.Size()})
		}
	}
	slices.SortFunc(files, func(a, b file) int { return cmp.Or(cmp.Compare(a.size, b.size), strings.Compare(a.name, b.name)) })
	var names []string
	for i := range min(n, len(files)) {
		names = append(names, files[i*len(files)/min(n, len(files))].name)
	}
	return names, nil
}
