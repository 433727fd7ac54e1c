//go:build darwin || dragonfly || freebsd || netbsd

package launch

import "syscall"

const (
	getTermios = syscall.TIOCGETA
	setTermios = syscall.TIOCSETA
)
