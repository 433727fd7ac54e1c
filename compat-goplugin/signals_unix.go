//go:build unix

package goplugin

import (
	"os"
	"syscall"
)

// swallowed are the signals that do not end a plugin: a Ctrl-C goes to the host's whole
// group, and the host ends its plugins in order; a broken pipe means that the host is
// gone, and others may attach to the plugin later.
var swallowed = []os.Signal{os.Interrupt, syscall.SIGPIPE}
