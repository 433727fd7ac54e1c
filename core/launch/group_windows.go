package launch

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// setGroup asks for a console group of its own, to which CTRL_BREAK can be sent.
func setGroup(cmd *exec.Cmd, want bool) bool {
	if !want {
		return false
	}
	var attr syscall.SysProcAttr
	if cmd.SysProcAttr != nil {
		attr = *cmd.SysProcAttr
	}
	attr.CreationFlags |= syscall.CREATE_NEW_PROCESS_GROUP
	cmd.SysProcAttr = &attr
	return true
}

func terminateProcess(p *os.Process, group bool) error {
	if !group {
		return fmt.Errorf("a process without a group of its own cannot be asked to end on windows: %w", errors.ErrUnsupported)
	}
	send := syscall.NewLazyDLL("kernel32.dll").NewProc("GenerateConsoleCtrlEvent")
	if err := send.Find(); err != nil {
		return err
	}
	ok, _, err := send.Call(uintptr(syscall.CTRL_BREAK_EVENT), uintptr(p.Pid))
	if ok == 0 {
		return err
	}
	return nil
}

func killProcess(p *os.Process, _ bool) error { return p.Kill() }

func killGroup(int) error { return nil }

func killLeaderless(int) error { return nil }

func exitSignal(*os.ProcessState) os.Signal { return nil }

func reapedByOthers(error) bool { return false }
