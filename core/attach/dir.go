package attach

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// DirEnv is the environment variable that names the directory of [Dir].
const DirEnv = "TENON_RUNTIME_DIR"

// Dir returns the directory in which plugins that run by themselves are found:
// $TENON_RUNTIME_DIR, else tenon in $XDG_RUNTIME_DIR, else tenon-UID in the
// directory for temporary files. It need not exist.
func Dir() string {
	if dir := os.Getenv(DirEnv); dir != "" {
		return dir
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "tenon")
	}
	return filepath.Join(os.TempDir(), "tenon-"+strconv.Itoa(os.Getuid()))
}

// makeDir makes the directory, unless it is there, and checks it.
func makeDir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("attach: make the directory of running plugins: %w; %s can name another one", err, DirEnv)
	}
	return checkDir(dir)
}

// checkDir refuses a directory in which somebody else could put things. A
// directory that is not there matches [fs.ErrNotExist].
func checkDir(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("attach: look into the directory of running plugins: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("attach: %s is no directory (a link to one is refused too): remove it, or name another one in %s", dir, DirEnv)
	}
	return checkOwner(dir, info)
}

const (
	socketSuffix = ".sock"
	lockSuffix   = ".lock"
	longestName  = 64
)

// checkName refuses what cannot be the name of a file, or could be one elsewhere.
func checkName(name string) error {
	ok := name != "" && len(name) <= longestName && name[0] != '.'
	for i := 0; ok && i < len(name); i++ {
		c := name[i]
		ok = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.'
	}
	if !ok {
		return fmt.Errorf("attach: %q cannot name a running plugin: use up to %d letters, digits, dots, dashes and underscores, and no dot first", name, longestName)
	}
	return nil
}
