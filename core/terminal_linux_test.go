package tenon_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// openTerminal opens a new pseudo-terminal and returns both ends.
func openTerminal(t *testing.T) (keyboard, terminal *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keyboard.Close() })
	control := func(request uintptr, arg *int32) {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, keyboard.Fd(), request, uintptr(unsafe.Pointer(arg))); errno != 0 {
			t.Fatal(errno)
		}
	}
	var unlock, number int32
	control(syscall.TIOCSPTLCK, &unlock)
	control(syscall.TIOCGPTN, &number)
	terminal, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return keyboard, terminal
}

// TestTerminal runs a host with a controlling terminal, which stops every process
// that reads from it outside of the foreground group.
func TestTerminal(t *testing.T) {
	keyboard, terminal := openTerminal(t)
	host := exec.Command(os.Args[0])
	host.Env = append(os.Environ(), programEnv+"=terminalhost")
	host.Stdin, host.Stdout, host.Stderr = terminal, terminal, terminal
	host.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(60*time.Second, func() { host.Process.Kill() })
	defer guard.Stop()
	terminal.Close()
	screen := bufio.NewScanner(keyboard)
	var seen []string
	for screen.Scan() {
		line := strings.TrimSpace(screen.Text())
		seen = append(seen, line)
		if line == "who are you?" {
			fmt.Fprintln(keyboard, "a person")
		}
	}
	if err := host.Wait(); err != nil {
		t.Errorf("the host: %v", err)
	}
	if err := screen.Err(); err != nil && !errors.Is(err, syscall.EIO) { // how a terminal ends
		t.Error(err)
	}
	if got := strings.Join(seen, "|"); !strings.Contains(got, `the host got "a person\n", <nil>`) {
		t.Errorf("the screen shows %q", got)
	}
}
