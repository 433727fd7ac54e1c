package private

import (
	"fmt"
	"os"
	"path/filepath"
)

// Resolve returns dir as an absolute path without links, after it was made sure that
// nobody but this user and root can replace anything on the way to it. dir "" stands for
// [os.TempDir].
//
// The path is absolute since others may resolve it from another working directory, as the
// system does with that of a program to execute, and without links since it was the target
// that was looked at.
func Resolve(dir string) (string, error) {
	from := ""
	if dir == "" {
		if dir = os.TempDir(); os.Getenv("TMPDIR") != "" {
			from = " (from TMPDIR)"
		}
	}
	path, err := filepath.Abs(dir)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", fmt.Errorf("the directory %s%s: %w", dir, from, err)
	}
	if err := checkWay(path); err != nil {
		return "", err
	}
	return path, nil
}

// MkdirTemp makes a directory of mode 0700 in dir, see [Resolve], with a new name that
// begins with prefix. Its path is absolute.
func MkdirTemp(dir, prefix string) (string, error) {
	parent, err := Resolve(dir)
	if err != nil {
		return "", err
	}
	return os.MkdirTemp(parent, prefix)
}

// steps returns the directories on the way to path, from the root on, and path itself.
func steps(path string) []string {
	var all []string
	for {
		all = append([]string{path}, all...)
		parent := filepath.Dir(path)
		if parent == path {
			return all
		}
		path = parent
	}
}

// An UnsafeError says that other users can replace what is in a directory.
type UnsafeError struct {
	Path  string // of the directory, or of one above it
	Found string
}

// Error says what was found, and what to do.
func (e *UnsafeError) Error() string {
	return "the directory " + e.Path + " " + e.Found + ": other users could replace what is put there; " +
		"let only you and root write to it, give it the sticky bit (chmod +t), or set TMPDIR to another one"
}
