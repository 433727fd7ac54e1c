//go:build !unix

package goplugin

import "os"

// swallowed are the signals that do not end a plugin: a Ctrl-C goes to the host, too,
// which ends its plugins in order.
var swallowed = []os.Signal{os.Interrupt}
