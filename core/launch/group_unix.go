//go:build unix

package launch

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// setGroup asks for a process group of its own, if one is wanted, and reports
// whether cmd will lead one. It works on a copy of the attributes, which may be
// shared by many commands.
func setGroup(cmd *exec.Cmd, want bool) bool {
	if !want {
		return false
	}
	var attr syscall.SysProcAttr
	if cmd.SysProcAttr != nil {
		attr = *cmd.SysProcAttr
	}
	cmd.SysProcAttr = &attr
	switch {
	case attr.Setsid:
		// The leader of a session leads a group, and may not ask for one again.
		attr.Setpgid = false
		return true
	case attr.Setpgid && attr.Pgid != 0:
		return false
	default:
		attr.Setpgid = true
		return true
	}
}

func terminateProcess(p *os.Process, group bool) error {
	return signalProcess(p, group, syscall.SIGTERM)
}

func killProcess(p *os.Process, group bool) error {
	return signalProcess(p, group, syscall.SIGKILL)
}

func signalProcess(p *os.Process, group bool, sig syscall.Signal) error {
	if group {
		err := syscall.Kill(-p.Pid, sig)
		if err != syscall.EPERM {
			return ignoreGone(err)
		}
		// Some systems say so of a group of which only the dead leader is left.
	}
	return p.Signal(sig)
}

// killGroup kills all of the group whose leader pid is or was.
func killGroup(pid int) error {
	return ignoreGone(syscall.Kill(-pid, syscall.SIGKILL))
}

// killLeaderless kills what is left of the group whose leader pid was, when somebody else has
// reaped that. Nobody gets the number as long as the group lives: a group without a leader is
// the same one still, and one that has a leader again is another.
func killLeaderless(pid int) error {
	if syscall.Kill(pid, 0) != syscall.ESRCH {
		return nil
	}
	return killGroup(pid)
}

func ignoreGone(err error) error {
	if err == syscall.ESRCH {
		return nil
	}
	return err
}

func exitSignal(state *os.ProcessState) os.Signal {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return ws.Signal()
	}
	return nil
}

// reapedByOthers reports whether a wait failed since there is nothing to wait for any more.
func reapedByOthers(err error) bool { return errors.Is(err, syscall.ECHILD) }
