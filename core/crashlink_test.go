package tenon

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
)

// A plugin that has exited, and broke the transport before, is said to have done that. The
// plain end of a link is what an exit brings, and needs no word.
func TestCrashErrorSaysHowTheLinkBroke(t *testing.T) {
	broke := errors.New("direct/1: the peer broke the protocol: a frame of type 9")
	for _, c := range []struct {
		link error
		want string
	}{
		{broke, "exit code 4 after its link ended (" + broke.Error() + ")"},
		{fmt.Errorf("x: %w", &rpc.ProtocolError{Violation: "two of it"}), "exit code 4 after it broke the protocol: two of it"},
		{fmt.Errorf("x: %w", io.EOF), "exit code 4"},
		{io.ErrUnexpectedEOF, "exit code 4"},
		{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, "exit code 4"},
		{transport.Closed("x", nil), "exit code 4"},
		{nil, "exit code 4"},
	} {
		err := &CrashError{Plugin: "p", Exited: true, ExitCode: 4, Link: c.link}
		if got := err.Error(); got != "plugin p crashed: "+c.want {
			t.Errorf("%v: %s", c.link, got)
		}
		early := (&run{}).exitedEarly(c.link)
		if !errors.Is(early, errExitedEarly) || strings.Contains(early.Error(), "broke") != strings.Contains(c.want, "after") {
			t.Errorf("%v, early: %v", c.link, early)
		}
	}
}
