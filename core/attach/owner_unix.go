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
