//go:build unix

package attach

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

func checkOwner(dir string, info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	if uid := os.Getuid(); int(stat.Uid) != uid {
		return fmt.Errorf("attach: the directory %s belongs to user %d, and this process to user %d: name another one in %s", dir, stat.Uid, uid, DirEnv)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("attach: the directory %s is open to others (mode %#o): chmod 700 it, or name another one in %s", dir, mode, DirEnv)
	}
	return nil
}

// checkSecretFile refuses a secret that somebody else could have written, or read.
func checkSecretFile(path string, info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	if uid := os.Getuid(); int(stat.Uid) != uid && stat.Uid != 0 {
		return fmt.Errorf("attach: the secret %s belongs to user %d, and this process to user %d: remove it, and %s", path, stat.Uid, uid, startAgain)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("attach: the secret %s is open to others (mode %#o), who may know it: %s", path, mode, startAgain)
	}
	return nil
}

// openPlain opens a file that was none of the other kinds a moment ago: it follows no link
// and waits for nobody, should it be one by now.
func openPlain(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
}
