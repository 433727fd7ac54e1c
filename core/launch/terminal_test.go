//go:build unix && !aix && !solaris

package launch_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

func TestTerminalNeedsALink(t *testing.T) {
	for name, c := range map[string]struct {
		req  launch.Request
		opts []launch.Option
		want string
	}{
		"no link":  {launch.Request{}, []launch.Option{launch.Terminal(os.Stdin, os.Stdout, os.Stderr)}, "needs a link"},
		"unlinked": {launch.Request{Link: true}, []launch.Option{launch.Terminal(os.Stdin, os.Stdout, os.Stderr), launch.Unlinked()}, "needs a link"},
		"nil":      {launch.Request{Link: true}, []launch.Option{launch.Terminal(os.Stdin, nil, os.Stderr)}, "nil"},
	} {
		_, err := self(t, "echo", c.opts...).Launch(t.Context(), c.req)
		var refused *launch.StartError
		if !errors.As(err, &refused) || !strings.Contains(refused.Found, c.want) || refused.Hint == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestTerminalIsInherited uses files in place of a terminal: the plugin gets the
// very files, and no group of its own.
func TestTerminalIsInherited(t *testing.T) {
	leaks(t)
	in, inW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	var captured buffer
	p := start(t, "cat", launch.Request{Link: true, Stdout: &captured, Stderr: &captured},
		launch.Group(true), launch.Terminal(in, out, out))
	if _, err := io.WriteString(inW, "typed"); err != nil {
		t.Fatal(err)
	}
	inW.Close()
	if exit := wait(t, p); exit.Code != 0 {
		t.Fatalf("got %+v", exit)
	}
	text, err := os.ReadFile(out.Name())
	if err != nil || string(text) != "typed" || captured.String() != "" {
		t.Errorf("the file has %q, %v; the host got %q", text, err, captured.String())
	}
}
