package launch

import (
	"os"
	"strconv"
	"strings"
)

// startsItself reports whether this process is to start its own file although it was
// started as a plugin and has not yet taken the link: a host whose launcher has the host's
// own path. The plugin would do the same in its turn, and fill the machine with processes.
func startsItself(files ...string) bool {
	if !linkWaits(os.Getenv(LinkEnv)) { // who serves takes it out
		return false
	}
	name, err := os.Executable()
	if err != nil {
		return false
	}
	this, err := os.Stat(name)
	if err != nil {
		return false
	}
	for _, file := range files {
		if other, err := os.Stat(file); err == nil && os.SameFile(this, other) {
			return true
		}
	}
	return false
}

// linkWaits reports whether there is a link, by the value of [LinkEnv], that nobody has
// taken over: the variable alone may have been inherited from anybody.
func linkWaits(value string) bool {
	digits, inherited := strings.CutPrefix(value, "fd:")
	if !inherited {
		return value == "listen"
	}
	fd, err := strconv.ParseUint(digits, 10, 31)
	if err != nil {
		return false
	}
	found, _ := isLink(int(fd))
	return found == ""
}
