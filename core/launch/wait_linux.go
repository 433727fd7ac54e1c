package launch

import (
	"os"
	"syscall"
	"unsafe"
)

// awaitExit waits until the child pid has ended and leaves it to be reaped. It
// reports false if this system cannot do that. An error says that pid is no child
// of ours, or no more.
func awaitExit(pid int) (seen bool, err error) {
	const pPID = 1     // idtype_t P_PID
	var info [128]byte // siginfo_t, of which nothing is used
	const options = syscall.WEXITED | syscall.WNOWAIT
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, pPID, uintptr(pid), uintptr(unsafe.Pointer(&info)), options, 0, 0)
		switch errno {
		case 0:
			return true, nil
		case syscall.EINTR:
		case syscall.ENOSYS:
			return false, nil
		default:
			return false, os.NewSyscallError("waitid", errno)
		}
	}
}
