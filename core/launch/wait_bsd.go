//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package launch

import "syscall"

// awaitExit waits until the child pid has ended and leaves it to be reaped. It
// reports false if this system cannot do that. (On macOS waitid returns for a
// process that was merely stopped; an event queue does not.)
func awaitExit(pid int) (seen bool, err error) {
	queue, err := syscall.Kqueue()
	if err != nil {
		return false, nil
	}
	defer syscall.Close(queue)
	syscall.CloseOnExec(queue)
	var want, got [1]syscall.Kevent_t
	syscall.SetKevent(&want[0], pid, syscall.EVFILT_PROC, syscall.EV_ADD|syscall.EV_ONESHOT)
	want[0].Fflags = syscall.NOTE_EXIT
	changes := want[:]
	for {
		n, err := syscall.Kevent(queue, changes, got[:], nil)
		switch {
		case err == syscall.EINTR:
			changes = nil // they were taken before the wait began
		case err == syscall.ESRCH:
			return true, nil // it is dead, and nobody but us can reap it
		case err != nil:
			return false, nil
		case n > 0 && got[0].Flags&syscall.EV_ERROR != 0:
			return syscall.Errno(got[0].Data) == syscall.ESRCH, nil
		case n > 0:
			return true, nil
		}
	}
}
