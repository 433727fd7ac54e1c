package launch

import "syscall"

// mountedNoExec reports whether path lies on a file system on which nothing may be
// executed.
func mountedNoExec(path string) bool {
	var st syscall.Statfs_t
	return syscall.Statfs(path, &st) == nil && st.Flags&syscall.MS_NOEXEC != 0
}
