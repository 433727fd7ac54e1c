//go:build unix

package launchtest

import (
	"os/exec"
	"syscall"
)

// detach puts cmd into a session of its own, out of its parent's group.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
