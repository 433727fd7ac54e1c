//go:build !unix && !windows

package launch

import (
	"errors"
	"os"
	"os/exec"
)

func setGroup(*exec.Cmd, bool) bool { return false }

func terminateProcess(*os.Process, bool) error { return errors.ErrUnsupported }

func killProcess(p *os.Process, _ bool) error { return p.Kill() }

func killGroup(int) error { return nil }

func killLeaderless(int) error { return nil }

func exitSignal(*os.ProcessState) os.Signal { return nil }

func reapedByOthers(error) bool { return false }
