//go:build linux && !amd64 && !arm64

package sandbox

import (
	"errors"
	"fmt"
	"runtime"
)

// plainTCP applies nothing: the filter of system calls is written for other processors.
func plainTCP() error {
	return fmt.Errorf("TCP is restricted, and Multipath TCP and SMC are not, which takes a filter of system calls that is not there for %s: %w", runtime.GOARCH, errors.ErrUnsupported)
}
