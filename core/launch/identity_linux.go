package launch

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"syscall"
)

var bootID = sync.OnceValues(func() (string, error) {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(b)), err
})

// startedAt returns the boot and the clock tick of it in which a process started;
// see proc(5). A zombie has ended.
func startedAt(pid int) (string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return "", ErrProcessGone
	}
	if err != nil {
		return "", err
	}
	// The name in parentheses may hold anything, parentheses included.
	_, rest, _ := cutLast(stat, ')')
	fields := strings.Fields(string(rest))
	const state, start = 0, 19 // the third and the twenty-second
	if len(fields) <= start {
		return "", fmt.Errorf("what the system says of it is not understood: %q", stat)
	}
	if s := fields[state]; s == "Z" || s == "X" {
		return "", ErrProcessGone
	}
	boot, err := bootID()
	return boot + " " + fields[start], err
}

func cutLast(b []byte, sep byte) (before, after []byte, found bool) {
	if i := bytes.LastIndexByte(b, sep); i >= 0 {
		return b[:i], b[i+1:], true
	}
	return b, nil, false
}
