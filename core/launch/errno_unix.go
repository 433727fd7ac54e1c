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

// pathTrouble says what is wrong with a path in itself, or nothing; there says that a file was
// found at it.
func pathTrouble(err error, there bool) (found, hint string) {
	switch {
	case errors.Is(err, syscall.ENAMETOOLONG):
		return "the path, or a name in it, is longer than the system allows", "use a shorter one"
	case errors.Is(err, syscall.ELOOP) && there:
		return "the interpreter that the script's first line names is a script too, and so on: more than the system follows", "name a program there that is no script"
	case errors.Is(err, syscall.ELOOP):
		return "its symbolic links lead in a circle, or there are more of them than the system follows", "correct the links"
	}
	return "", ""
}
