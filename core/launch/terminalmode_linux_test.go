package launch_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"unsafe"

	"github.com/tenon-dev/tenon/core/launch"
)

// TestTerminalModeAfterACrash: a plugin that is killed cannot give the terminal back as it was.
func TestTerminalModeAfterACrash(t *testing.T) {
	leaks(t)
	for script, restored := range map[string]bool{
		"stty raw -echo; kill -9 $$": true,
		"stty raw -echo; exit 3":     true,
		"stty raw -echo; exit 0":     false, // its last word
	} {
		tty := pseudoTerminal(t)
		before := modeOf(t, tty)
		p, err := launch.Command("/bin/sh", launch.Args("-c", script), launch.Terminal(tty, tty, tty)).Launch(t.Context(), launch.Request{Link: true})
		if err != nil {
			t.Fatal(err)
		}
		p.Link().Close()
		wait(t, p)
		if after := modeOf(t, tty); (after == before) != restored {
			t.Errorf("%s: the terminal's mode is %+v, before it was %+v", script, after, before)
		}
	}
}

func modeOf(t *testing.T, tty *os.File) (mode syscall.Termios) {
	t.Helper()
	terminalControl(t, tty, syscall.TCGETS, unsafe.Pointer(&mode))
	return mode
}

func terminalControl(t *testing.T, f *os.File, request uintptr, arg unsafe.Pointer) {
	t.Helper()
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(arg)); errno != 0 {
		t.Fatal(errno)
	}
}

// pseudoTerminal returns a terminal that controls no process.
func pseudoTerminal(t *testing.T) *os.File {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keyboard.Close() })
	var unlock, number int32
	terminalControl(t, keyboard, syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	terminalControl(t, keyboard, syscall.TIOCGPTN, unsafe.Pointer(&number))
	tty, err := os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tty.Close() })
	return tty
}
