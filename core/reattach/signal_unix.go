//go:build unix

package reattach

import (
	"os"
	"syscall"
)

// signalGroup signals a process, and the group that it leads.
func signalGroup(p *os.Process, kill bool) error {
	sig := syscall.SIGTERM
	if kill {
		sig = syscall.SIGKILL
	}
	if group, err := syscall.Getpgid(p.Pid); err == nil && group == p.Pid {
		return syscall.Kill(-group, sig)
	}
	return p.Signal(sig)
}
