package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Resource limits belong to processes and not to threads, so that they can only be set once
// the plugin's process is there. To have them in force before it does anything, it is
// started as one that is traced: such a process stops when its program has been loaded and
// before the program's first instruction. It is let go when its limits are set.

// cldDumped is the last of the codes of a child that has ended: CLD_EXITED, CLD_KILLED and
// CLD_DUMPED.
const cldDumped = 3

// holdTimeout bounds the wait for a process to stop, which takes microseconds.
const holdTimeout = 10 * time.Second

// traced makes cmd start as a process that this thread holds, and returns what undoes that
// in cmd. It reports false where the system, or somebody else who traces, would not have it.
func traced(cmd *exec.Cmd) (undo func(), ok bool) {
	old := cmd.SysProcAttr
	var attr syscall.SysProcAttr
	if old != nil {
		attr = *old
	}
	if attr.Ptrace || !mayTrace() {
		return func() {}, false
	}
	attr.Ptrace = true
	cmd.SysProcAttr = &attr
	return func() { cmd.SysProcAttr = old }, true
}

// mayTrace reports whether this thread may hold a process that it starts; a variable for
// tests. A start that asks for it where it is not allowed would fail.
var mayTrace = func() bool {
	if err := unix.PtraceDetach(unix.Gettid()); err != unix.ESRCH {
		return false // a filter of system calls is in the way
	}
	for path, denies := range map[string]func(string) bool{
		"/proc/sys/kernel/yama/ptrace_scope":   func(s string) bool { n, err := strconv.Atoi(s); return err != nil || n > 1 },
		"/sys/fs/selinux/booleans/deny_ptrace": func(s string) bool { return s[0] != '0' },
	} {
		text, err := os.ReadFile(path)
		if text = bytes.TrimSpace(text); err == nil && len(text) > 0 && denies(string(text)) {
			return false
		}
	}
	// Whoever traces this thread may trace its children already.
	status, err := os.ReadFile("/proc/thread-self/status")
	return err == nil && bytes.Contains(status, []byte("\nTracerPid:\t0\n"))
}

// held waits until a process that was started as traced has stopped. Should this thread end
// before it lets it go, the process is killed.
func held(ctx context.Context, pid int) error {
	ctx, cancel := context.WithTimeout(ctx, holdTimeout)
	defer cancel()
	for wait := 10 * time.Microsecond; ; wait = min(2*wait, 10*time.Millisecond) {
		err := unix.PtraceSetOptions(pid, unix.PTRACE_O_EXITKILL)
		switch {
		case err == nil:
			return nil
		case err != unix.ESRCH:
			return fmt.Errorf("hold the plugin before its first instruction: %w", err)
		case ended(pid):
			return errors.New("the plugin ended before its limits were set")
		}
		again := time.NewTimer(wait) // somebody else in this process may have taken the news that it stopped
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return fmt.Errorf("hold the plugin before its first instruction: it does not stop (%w); was this process started with SIGTRAP blocked, or the plugin from another thread?", ctx.Err())
		}
	}
}

// ended reports whether a child is dead, or was reaped, and leaves it to who waits for it.
// The system tells of one that has stopped as well, since it is traced.
func ended(pid int) bool {
	var info unix.Siginfo
	for {
		err := unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return err != nil || info.Signo != 0 && info.Code <= cldDumped
		}
	}
}

// letGo lets a process that is held run.
func letGo(pid int) error {
	if err := unix.PtraceDetach(pid); err != nil && !ended(pid) {
		return fmt.Errorf("let the plugin go, which was held before its first instruction: %w", err)
	}
	return nil
}
