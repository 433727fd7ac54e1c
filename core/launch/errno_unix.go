//go:build unix

package launch

import (
	"errors"
	"io/fs"
	"os/exec"
	"runtime"
	"syscall"
)

// reasonOf sorts the system's error by its number alone.
func reasonOf(err error) Reason {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, exec.ErrDot) {
		return ReasonNotFound
	}
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		if errors.Is(err, fs.ErrNotExist) { // an empty path: there is no number
			return ReasonNotFound
		}
		return ReasonOther
	}
	const (
		linuxELIBACC   = 79 // cannot access a needed shared library
		linuxELIBBAD   = 80 // accessing a corrupted shared library
		darwinBadCPU   = 86 // bad CPU type in executable
		darwinBadMacho = 88 // malformed Mach-O file
	)
	switch {
	case runtime.GOOS == "linux" && (errno == linuxELIBACC || errno == linuxELIBBAD):
		return ReasonInterpreter
	case runtime.GOOS == "darwin" && (errno == darwinBadCPU || errno == darwinBadMacho):
		return ReasonFormat
	}
	switch errno {
	case syscall.ENOENT, syscall.ENOTDIR, syscall.ELOOP, syscall.ENAMETOOLONG:
		return ReasonNotFound
	case syscall.EACCES, syscall.EPERM, syscall.EISDIR:
		return ReasonDenied
	case syscall.ENOEXEC:
		return ReasonFormat
	case syscall.ETXTBSY:
		return ReasonBusy
	case syscall.E2BIG:
		return ReasonTooLong
	case syscall.EMFILE, syscall.ENFILE:
		return ReasonFiles
	case syscall.EAGAIN:
		return ReasonProcesses
	case syscall.ENOMEM:
		return ReasonMemory
	}
	return ReasonOther
}

func isBusy(err error) bool { return errors.Is(err, syscall.ETXTBSY) }
