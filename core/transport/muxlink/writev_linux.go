//go:build linux && !race

package muxlink

import (
	"syscall"
	"unsafe"
)

// A vector writes several slices with one call of the system. It keeps nothing in
// between but its memory.
type vector [maxParts]syscall.Iovec

func (v *vector) write(fd int, parts [][]byte) (int, error) {
	n := 0
	for _, p := range parts {
		if len(p) > 0 {
			v[n].Base = &p[0]
			v[n].SetLen(len(p))
			n++
		}
	}
	if n == 0 {
		return 0, nil
	}
	defer clear(v[:n])
	written, _, errno := syscall.Syscall(syscall.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(v)), uintptr(n))
	if errno != 0 {
		return 0, errno
	}
	return int(written), nil
}
