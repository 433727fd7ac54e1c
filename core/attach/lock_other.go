//go:build !unix

package attach

import (
	"net"
	"os"
	"strings"
)

// tryLock reports whether nobody answers on the socket that belongs to the lock's
// file: this system's locks cannot be tried with the standard library.
func tryLock(f *os.File) (bool, error) {
	conn, err := net.Dial("unix", strings.TrimSuffix(f.Name(), lockSuffix)+socketSuffix)
	if err != nil {
		return true, nil
	}
	conn.Close()
	return false, nil
}

// terminate ends a process: it cannot be asked here.
func terminate(pid int, _ bool) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Kill()
}
