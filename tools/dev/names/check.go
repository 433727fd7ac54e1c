package main

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// check applies every rule to the given files and returns one line for each
// violation.
func check(root string, mods []repo.Module, files []string, allow *allowList) ([]string, error) {
	var all violations
	var sources []*source
	for _, name := range files {
		full := filepath.Join(root, filepath.FromSlash(name))
		if info, err := os.Lstat(full); err != nil || !info.Mode().IsRegular() {
			continue
		}
		data, err := os.ReadFile(full)
		if err != nil {
			return nil, err
		}
		all = append(all, textRules(name, data)...)
		if path.Ext(name) != ".go" || inTestdata(name) {
			continue
		}
		s, err := parse(name, data, mods)
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	markTestPackages(sources)
	for _, s := range sources {
		all = append(all, fileRules(s)...)
		all = append(all, callRules(s)...)
	}
	all = append(all, packageRules(sources)...)
	slices.SortFunc(all, violation.compare)
	return allow.filter(all), nil
}

func inTestdata(name string) bool {
	return slices.Contains(strings.Split(path.Dir(name), "/"), "testdata")
}
