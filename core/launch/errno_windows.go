package launch

import (
	"errors"
	"io/fs"
	"os/exec"
	"syscall"
)

// reasonOf sorts the system's error by its number alone.
func reasonOf(err error) Reason {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, exec.ErrDot) || errors.Is(err, fs.ErrNotExist) {
		return ReasonNotFound
	}
	if errors.Is(err, fs.ErrPermission) {
		return ReasonDenied
	}
	const (
		windowsTooManyOpenFiles = 4
		windowsBadExeFormat     = 193
		windowsFilenameTooLong  = 206 // also: the command line is too long
		windowsWrongMachine     = 216
	)
	var errno syscall.Errno
	if errors.As(err, &errno) {
		switch uint64(errno) {
		case windowsBadExeFormat, windowsWrongMachine:
			return ReasonFormat
		case windowsFilenameTooLong:
			return ReasonTooLong
		case windowsTooManyOpenFiles:
			return ReasonFiles
		}
	}
	return ReasonOther
}

func isBusy(error) bool { return false }

func pathTrouble(error, bool) (found, hint string) { return "", "" }
