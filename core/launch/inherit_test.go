//go:build unix && !aix && !solaris

package launch_test

import (
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

func TestInheritRefusesWhatIsNoLink(t *testing.T) {
	leaks(t)
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	socket := func(kind int) int {
		t.Helper()
		fd, err := syscall.Socket(syscall.AF_UNIX, kind, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Close(fd) })
		return fd
	}
	for value, want := range map[string]string{
		"":                              "not of the form fd:N",
		"listen":                        "not of the form fd:N",
		"fd:":                           "not a descriptor's number",
		"fd:x":                          "not a descriptor's number",
		"fd:-1":                         "not a descriptor's number",
		"fd:+3":                         "not a descriptor's number",
		"fd:9999999999":                 "not a descriptor's number",
		"fd:1":                          "never a link",
		"fd:1000000":                    "not open",
		fd(int(file.Fd())):              "not a socket",
		fd(socket(syscall.SOCK_DGRAM)):  "not a stream socket",
		fd(socket(syscall.SOCK_STREAM)): "not connected",
	} {
		conn, err := launch.Inherit(value)
		var link *launch.LinkError
		if conn != nil || !errors.As(err, &link) || link.Value != value || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", value, err, want)
		}
	}
	if _, err := file.Stat(); err != nil {
		t.Error("a file that is no link was touched:", err)
	}
}

func TestInheritOwnsTheDescriptor(t *testing.T) {
	leaks(t)
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, err := launch.Inherit(fd(fds[0]))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := a.(*net.UnixConn); !ok {
		t.Errorf("%T", a)
	}
	if _, err := launch.Inherit(fd(fds[0])); err == nil {
		t.Error("taken over twice")
	}
	b, err := launch.Inherit(fd(fds[1]))
	if err != nil {
		t.Fatal(err)
	}
	go a.Write([]byte("x"))
	if _, err := b.Read(make([]byte, 1)); err != nil {
		t.Error(err)
	}
	a.Close()
	b.Close()
}

func fd(n int) string { return "fd:" + strconv.Itoa(n) }
