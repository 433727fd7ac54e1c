package machine

import (
	"context"
	"errors"

	"golang.org/x/sys/unix"
)

// checkLandlock asks the kernel which version of Landlock it has, which confines
// plugins that a host puts into a sandbox.
func checkLandlock(context.Context) []Finding {
	const check = "Landlock"
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	switch {
	case errno == 0:
		return []Finding{found(check, OK, "version %d: plugins can be confined", version)}
	case errors.Is(errno, unix.ENOSYS):
		return []Finding{found(check, Note, "this kernel does not have it, or a container's policy hides it: plugins run with all rights of their user").hinting("Linux 5.13 or later has it")}
	case errors.Is(errno, unix.EOPNOTSUPP):
		return []Finding{found(check, Note, "the kernel has it, and it is turned off: plugins run with all rights of their user").hinting("add landlock to the kernel's parameter lsm=")}
	}
	return []Finding{found(check, Note, "the kernel refuses to tell its version: %v", errno)}
}
