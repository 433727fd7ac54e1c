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

// A vector is what the kernel is told of two slices that are sent as one.
type vector struct {
	msg syscall.Msghdr
	iov [2]syscall.Iovec
}

// send is the other send for two slices. It keeps nothing of them.
func (v *vector) send(fd uintptr, head, p []byte) (int, syscall.Errno) {
	for i, part := range [2][]byte{head, p} {
		v.iov[i].Base = unsafe.SliceData(part)
		v.iov[i].SetLen(len(part))
	}
	v.msg.Iov, v.msg.Iovlen = &v.iov[0], 2
	n, _, err := syscall.Syscall(syscall.SYS_SENDMSG, fd, uintptr(unsafe.Pointer(&v.msg)), syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL)
	*v = vector{}
	if err != 0 {
		return 0, err
	}
	return int(n), 0
}
