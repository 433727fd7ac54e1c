//go:build unix && !aix && !solaris

package launch_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

// A file that was closed before the start would leave the plugin without the descriptor.
func TestFilesThatAreNotOpen(t *testing.T) {
	open, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	closed, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	withInput := func(f *os.File) launch.Option {
		cmd := given(t.Context(), t, "env")
		cmd.Stdin = f
		return launch.Using(cmd)
	}
	for name, c := range map[string]struct {
		option launch.Option
		names  string
	}{
		"stdin":              {launch.Stdin(closed), "standard input"},
		"a nil file":         {launch.Stdin((*os.File)(nil)), "standard input"},
		"of a given command": {withInput(closed), "standard input"},
		"by an Attr":         {launch.Attr(func(cmd *exec.Cmd) { cmd.Stdin = closed }), "standard input"},
		"extra":              {launch.ExtraFiles(open, nil, closed), "descriptor 5"},
		"the terminal":       {launch.Terminal(open, open, closed), "standard error"},
	} {
		t.Run(name, func(t *testing.T) {
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			p, err := launch.Command(exe, launch.Setenv("LAUNCH_ROLE=env"), c.option).
				Launch(t.Context(), launch.Request{Link: true})
			var start *launch.StartError
			if !errors.As(err, &start) || !strings.Contains(start.Error(), c.names) || start.Hint == "" {
				t.Errorf("got %v", err)
			}
			if p != nil {
				p.Kill()
				<-p.Done()
			}
		})
	}
}
