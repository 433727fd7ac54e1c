package launch

import (
	"io"
	"log/slog"
	"os/exec"
	"testing"
)

// TestJobHoldsChildren: a pipe ends when the last process that has it is gone, here the child
// of a shell.
func TestJobHoldsChildren(t *testing.T) {
	for name, end := range map[string]func(*job){
		"kill":  func(j *job) { j.kill() },
		"close": func(j *job) { j.close(true) },
	} {
		t.Run(name, func(t *testing.T) {
			shell := exec.Command("cmd", "/c", "ping -n 1000 127.0.0.1 & exit")
			out, err := shell.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := shell.Start(); err != nil {
				t.Fatal(err)
			}
			j := newJob(shell.Process, false, slog.Default())
			defer j.close(true)
			if _, err := io.ReadFull(out, make([]byte, 1)); err != nil { // the child runs
				t.Fatal(err)
			}
			end(j)
			if _, err := io.Copy(io.Discard, out); err != nil {
				t.Error(err)
			}
			shell.Wait()
		})
	}
}
