package launch_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

// A plugin with no descriptor free for its link is told that, and not that the link is odd.
func TestInheritWithoutDescriptors(t *testing.T) {
	leaks(t)
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(pair[1])
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	none := limit
	none.Cur = 3
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	conn, err := launch.Inherit(fmt.Sprintf("fd:%d", pair[0]))
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	if conn != nil || !errors.Is(err, syscall.EMFILE) || !strings.Contains(err.Error(), "no descriptor is free for it: raise the limit of open files (ulimit -n)") {
		t.Errorf("got %v", err)
	}
}
