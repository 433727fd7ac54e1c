//go:build !unix

package tenon

import "os"

// swallowed are the signals that must not end a plugin before its host does.
var swallowed = []os.Signal{os.Interrupt}

// ending are the signals that end a plugin that runs by itself.
var ending = []os.Signal{os.Interrupt}

// endGroup does nothing: where there are no process groups, the host's launcher
// ties its plugins to itself.
func endGroup() {}
