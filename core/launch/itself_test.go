//go:build unix && !aix && !solaris

package launch_test

import (
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

// A host that has its own path as that of the plugin starts one that does the same, and so
// on without end.
func TestHostThatStartsItself(t *testing.T) {
	var stderr buffer
	p := start(t, "itself", launch.Request{Link: true, Stderr: &stderr})
	if exit := wait(t, p); exit.Code == 0 || !strings.Contains(stderr.String(), "without end") || !strings.Contains(stderr.String(), "tenon.Main first") {
		t.Errorf("exit %v: %s", exit, &stderr)
	}
	// A plugin that takes its link first may start its own file in another role.
	p = start(t, "itself", launch.Request{Link: true, Stderr: &stderr}, launch.Setenv("LAUNCH_TAKES=1"))
	if exit := wait(t, p); exit.Code != 0 {
		t.Errorf("after its link was taken: exit %v: %s", exit, &stderr)
	}
}
