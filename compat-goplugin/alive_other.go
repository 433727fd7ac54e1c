//go:build !windows

package goplugin

import (
	"errors"
	"os"
	"syscall"
)

// alive reports whether the process is still there. It need not be a child.
func alive(p *os.Process) bool {
	err := p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}
