//go:build unix

package launch

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// SealDescriptors marks every descriptor of this process above 2 so that programs which it
// starts do not inherit it; those of [ExtraFiles], and the link, are passed on all the same.
//
// Go does so with what it opens itself. What the host has inherited from whoever started it,
// and what C libraries open, it leaves as it is, and plugins get those too. A host that must
// not pass on such descriptors calls SealDescriptors at the beginning of its main function;
// launch does not do it by itself, since a program may mean to pass them on.
func SealDescriptors() error {
	const list = "/dev/fd" // of this process: on Linux a link to /proc/self/fd
	dir, err := os.Open(list)
	if err != nil {
		return fmt.Errorf("launch: seal descriptors: %w", err)
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return fmt.Errorf("launch: seal descriptors: %w", err)
	}
	for _, name := range names {
		if fd, err := strconv.Atoi(name); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
	return nil
}
