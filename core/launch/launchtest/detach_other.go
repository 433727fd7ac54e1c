//go:build !unix

package launchtest

import "os/exec"

// detach does nothing: there are no groups to leave.
func detach(*exec.Cmd) {}
