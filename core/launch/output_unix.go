//go:build unix

package launch

import (
	"os"
	"syscall"
	"time"
)

// restLimit bounds what is read after the grace: more than any pipe holds, so that
// whoever goes on writing cannot keep the reader busy.
const restLimit = 4 << 20

// readRest passes on what r holds now and does not wait for more.
func readRest(r *os.File, buf []byte, pass func([]byte) bool) {
	if r.SetReadDeadline(time.Time{}) != nil {
		return
	}
	raw, err := r.SyscallConn()
	if err != nil {
		return
	}
	for total := 0; total < restLimit; {
		n := 0
		err := raw.Read(func(fd uintptr) bool {
			for {
				if n, err = syscall.Read(int(fd), buf); err != syscall.EINTR {
					return true
				}
			}
		})
		if err != nil || n <= 0 || !pass(buf[:n]) {
			return
		}
		total += n
	}
}
