//go:build unix

package transporttest

import (
	"fmt"
	"net"
	"os"
	"syscall"
)

func systemLinks() []Link {
	return []Link{{Name: socketpair, Make: socketPair}}
}

func socketPair() (host, plugin net.Conn, err error) {
	// Without the lock a child that is started at this moment would inherit the
	// descriptors before they are marked.
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("make a pair of unix sockets: %w", err)
	}
	host, err = fileConn(fds[0], "host")
	if err != nil {
		syscall.Close(fds[1])
		return nil, nil, err
	}
	plugin, err = fileConn(fds[1], "plugin")
	if err != nil {
		host.Close()
		return nil, nil, err
	}
	return host, plugin, nil
}

func fileConn(fd int, name string) (net.Conn, error) {
	f := os.NewFile(uintptr(fd), name)
	defer f.Close() // FileConn duplicates the descriptor
	c, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("use descriptor %d as a connection: %w", fd, err)
	}
	return c, nil
}
