package goplugin

import (
	"os"
	"syscall"
)

// alive reports whether the process is still there. The handle in p keeps its number
// from being given away.
func alive(p *os.Process) bool {
	const stillActive = 259
	h, err := syscall.OpenProcess(syscall.PROCESS_QUERY_INFORMATION, false, uint32(p.Pid))
	if err != nil {
		return false
	}
	defer syscall.CloseHandle(h)
	var code uint32
	return syscall.GetExitCodeProcess(h, &code) == nil && code == stillActive
}
