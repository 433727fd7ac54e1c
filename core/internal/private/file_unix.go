//go:build unix

package private

import "syscall"

// openFlags keep a pipe from holding whoever opens it, and a terminal from becoming that
// of this process.
const openFlags = syscall.O_NONBLOCK | syscall.O_NOCTTY
