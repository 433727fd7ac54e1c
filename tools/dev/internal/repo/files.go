package repo

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Files lists what git would commit at root: tracked files and new ones that no
// .gitignore excludes, relative to root with slashes, sorted. A tracked file
// that is gone from the working tree is left out.
func Files(root string) ([]string, error) {
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("repo: list files of %s: %w: %s", root, err, bytes.TrimSpace(stderr.Bytes()))
	}
	var files []string
	for name := range strings.SplitSeq(string(out), "\x00") {
		if name == "" {
			continue
		}
		if _, err := os.Lstat(filepath.Join(root, filepath.FromSlash(name))); errors.Is(err, os.ErrNotExist) {
			continue
		}
		files = append(files, name)
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// Own keeps the files that belong to m and not to a module nested in it.
func Own(files []string, m Module, mods []Module) []string {
	var out []string
	for _, f := range files {
		if under(f, m.Dir) && !nested(f, m, mods) {
			out = append(out, f)
		}
	}
	return out
}

func nested(file string, m Module, mods []Module) bool {
	for _, other := range mods {
		if other.Dir != m.Dir && under(other.Dir, m.Dir) && under(file, other.Dir) {
			return true
		}
	}
	return false
}

func under(file, dir string) bool { return dir == "." || strings.HasPrefix(file, dir+"/") }
