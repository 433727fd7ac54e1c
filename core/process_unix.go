//go:build unix

package tenon

import (
	"os"
	"syscall"
)

// swallowed are the signals that must not end a plugin before its host does. A
// write to a pipe whose reader died is an error, no death: the plugin still has
// to clean up.
var swallowed = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGPIPE}

// ending are the signals that end a plugin that runs by itself.
var ending = []os.Signal{syscall.SIGINT, syscall.SIGTERM}

// endGroup ends what the plugin started, and the plugin itself, where it leads a
// process group: nobody else will.
func endGroup() {
	if syscall.Getpgrp() == os.Getpid() {
		syscall.Kill(0, syscall.SIGKILL)
	}
}
