//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd

package launch

import "os"

// A terminalMode is how a terminal was set before a plugin got it, which is not known here.
type terminalMode struct{}

func terminalModeOf(...*os.File) *terminalMode { return nil }

func (*terminalMode) restore() error { return nil }
