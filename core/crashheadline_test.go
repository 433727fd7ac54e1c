package tenon

import (
	"os"
	"strings"
	"testing"
)

// A fatal error is told by its signal too, and a SIGKILL by what came before it.
func TestCrashErrorSaysWhy(t *testing.T) {
	const signal = "[signal SIGBUS: bus error code=0x2 addr=0x1000 pc=0x2000]"
	for _, c := range []struct {
		err        CrashError
		want, less string
	}{
		{CrashError{ExitCode: 2, Panic: "fatal error: fault\n" + signal + "\n\ngoroutine 1"}, "exit code 2: fatal error: fault " + signal, "goroutine"},
		{CrashError{ExitCode: 2, Panic: "panic: no\n[signal 9]"}, "exit code 2: panic: no", "signal"},
		{CrashError{ExitCode: 2, Panic: "fatal error: stack overflow\n\nruntime stack:"}, "exit code 2: fatal error: stack overflow", "runtime"},
		{CrashError{Signal: os.Kill}, killedByOthers, "link"},
		{CrashError{Signal: os.Kill, linkFirst: true}, "its link had ended before", "\n"},
	} {
		c.err.Plugin, c.err.Exited = "p", true
		if got := c.err.Error(); !strings.Contains(got, c.want) || strings.Contains(got, c.less) {
			t.Errorf("got %s", got)
		}
	}
}
