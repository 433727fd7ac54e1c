//go:build linux || darwin || dragonfly || freebsd || netbsd

package launch

import (
	"os"
	"syscall"
	"unsafe"
)

// A terminalMode is how a terminal was set before a plugin got it.
type terminalMode struct {
	file *os.File
	mode syscall.Termios
}

// terminalModeOf returns the mode of the first of files that is a terminal, nil for none.
func terminalModeOf(files ...*os.File) *terminalMode {
	for _, f := range files {
		m := &terminalMode{file: f}
		if m.control(getTermios, unsafe.Pointer(&m.mode)) == nil {
			return m
		}
	}
	return nil
}

// restore sets the terminal as it was. In the background it does nothing: the system would
// stop this process for it, and whoever is in the foreground has set what it needs.
func (m *terminalMode) restore() error {
	if m == nil {
		return nil
	}
	var now syscall.Termios
	if err := m.control(getTermios, unsafe.Pointer(&now)); err != nil || now == m.mode {
		return err
	}
	var foreground int32
	err := m.control(syscall.TIOCGPGRP, unsafe.Pointer(&foreground))
	switch {
	case err == syscall.ENOTTY: // another terminal than this process's own, which stops nobody
	case err != nil:
		return err
	case int(foreground) != syscall.Getpgrp():
		return nil
	}
	return m.control(setTermios, unsafe.Pointer(&m.mode))
}

// control does not take the descriptor out of the file, which would change how the host reads.
func (m *terminalMode) control(request uintptr, arg unsafe.Pointer) error {
	raw, err := m.file.SyscallConn()
	if err != nil {
		return err
	}
	var errno syscall.Errno
	err = raw.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(arg))
	})
	if err == nil && errno != 0 {
		err = errno
	}
	return err
}
