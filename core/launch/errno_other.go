//go:build !unix && !windows

package launch

import (
	"errors"
	"io/fs"
	"os/exec"
)

// reasonOf sorts the system's error by its number alone.
func reasonOf(err error) Reason {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, exec.ErrDot) || errors.Is(err, fs.ErrNotExist) {
		return ReasonNotFound
	}
	if errors.Is(err, fs.ErrPermission) {
		return ReasonDenied
	}
	return ReasonOther
}

func isBusy(error) bool { return false }

func pathTrouble(error, bool) (found, hint string) { return "", "" }
