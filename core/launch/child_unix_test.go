//go:build unix && !aix && !solaris

package launch_test

import "syscall"

// anyChild returns the number of a child that has not been reaped, -1 if there is one
// that runs, 0 if there is none.
func anyChild() int {
	pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
	switch {
	case err == syscall.ECHILD:
		return 0
	case pid == 0:
		return -1
	}
	return pid
}
