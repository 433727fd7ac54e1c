//go:build linux && !386 && !s390x

package unixtransport

import (
	"syscall"
	"unsafe"
)

// recv reads from a socket without waiting.
func recv(fd uintptr, p []byte) (int, syscall.Errno) {
	n, _, err := syscall.Syscall6(syscall.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), syscall.MSG_DONTWAIT, 0, 0)
	if err != 0 {
		return 0, err
	}
	return int(n), 0
}

// send writes to a socket without waiting, and without a signal if the other end
// is gone.
func send(fd uintptr, p []byte) (int, syscall.Errno) {
	n, _, err := syscall.Syscall6(syscall.SYS_SENDTO, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, 0, 0)
	if err != 0 {
		return 0, err
	}
	return int(n), 0
}
