//go:build unix

package launch

import (
	"net"
	"os"
)

// canInherit says whether a plugin can inherit its link on this system.
const canInherit = true

// linkPair makes a connected pair: the host's end, and the file for the plugin.
func linkPair() (host net.Conn, plugin *os.File, err error) {
	fds, err := socketPair()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	plugin = os.NewFile(uintptr(fds[1]), "plugin's end of the link")
	end := os.NewFile(uintptr(fds[0]), "host's end of the link")
	defer end.Close() // FileConn works on a copy
	if host, err = net.FileConn(end); err != nil {
		plugin.Close()
		return nil, nil, err
	}
	return host, plugin, nil
}
