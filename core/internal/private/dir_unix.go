//go:build unix

package private

import (
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// checkWay refuses a directory, without links on the way to it, where another user could
// put something else in the place of what is in it, or above it: each directory must
// belong to this user or to root, and be writable by them alone, or have the sticky bit,
// which lets users rename only what is theirs. What is below a directory that only this
// user may enter is out of everybody's reach, whatever its mode.
func checkWay(path string) error {
	rootOwner := -1
	for _, dir := range steps(path) {
		info, err := os.Lstat(dir)
		if err != nil {
			return err
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return nil
		}
		if rootOwner < 0 {
			rootOwner = int(stat.Uid)
		}
		closed, found := look(info.Mode(), int(stat.Uid), int(stat.Gid), os.Getuid(), rootOwner)
		if found != "" {
			return &UnsafeError{Path: dir, Found: found}
		}
		if closed {
			return nil
		}
	}
	return nil
}

// androidSystem owns the directories of all programs on Android.
const androidSystem = 1000

// look says what is wrong with a directory of that mode, owner and group, for the user me. A
// group of its owner's number is his alone, as many systems make one for each user, but for
// that of root. closed
// reports that nobody else may enter it. rootOwner has the root of the file system, and so
// all that is in it: root by another number in a namespace of users.
func look(mode fs.FileMode, owner, group, me, rootOwner int) (closed bool, found string) {
	trusted := owner == me || owner == 0 || owner == rootOwner || runtime.GOOS == "android" && owner == androidSystem
	switch {
	case !trusted:
		return false, fmt.Sprintf("belongs to user %d, and this process to user %d", owner, me)
	case owner == me && mode.Perm()&0o011 == 0:
		return true, ""
	case (mode.Perm()&0o002 != 0 || mode.Perm()&0o020 != 0 && (group != owner || owner == 0)) && mode&fs.ModeSticky == 0:
		return false, fmt.Sprintf("is writable by others, without the sticky bit (mode %v)", mode)
	}
	return false, ""
}
