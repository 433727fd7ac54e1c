package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// write replaces everything in dir by files, a map from relative names to
// content.
func write(dir string, files map[string]string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// read is the opposite of write. A folder that is not there holds no files.
func read(dir string) (map[string]string, error) {
	files := make(map[string]string)
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		return files, nil
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)] = strings.ReplaceAll(string(data), "\r\n", "\n")
		return err
	})
	return files, err
}

// compare returns the lines that only want ("-") or only got ("+") has.
func compare(want, got map[string]string) string {
	names := make(map[string]bool)
	for n := range want {
		names[n] = true
	}
	for n := range got {
		names[n] = true
	}
	var b strings.Builder
	for _, n := range slices.Sorted(maps.Keys(names)) {
		if want[n] == got[n] {
			continue
		}
		fmt.Fprintf(&b, "%s\n", n)
		lines(&b, "-", want[n], got[n])
		lines(&b, "+", got[n], want[n])
	}
	return b.String()
}

// lines prints those lines of a that b does not have. Lines are unique and
// sorted in these files, so that this is all of the difference.
func lines(w *strings.Builder, sign, a, b string) {
	have := make(map[string]bool)
	for line := range strings.Lines(b) {
		have[line] = true
	}
	for line := range strings.Lines(a) {
		if !have[line] {
			fmt.Fprintf(w, "%s %s", sign, line)
		}
	}
}
