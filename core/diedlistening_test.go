//go:build unix

package tenon_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

func init() {
	programs["absent host"] = func() { // starts a plugin that listens, and never connects
		os.Setenv(programEnv, "")
		announced := make(chan struct{})
		lines := launch.NewLines(0, func([]byte, bool) {
			select {
			case announced <- struct{}{}:
			default:
			}
		})
		p, err := program("plugin").Launch(context.Background(),
			launch.Request{Env: []string{cookie.Key + "=" + cookie.Value, launch.LinkEnv + "=listen"}, Stdout: lines})
		if err != nil {
			panic(err)
		}
		<-announced
		fmt.Println(p.Info().PID)
		select {}
	}
}

// TestHostDiesBeforeItConnects has a plugin that listens, and a host that is killed before it
// has connected: there is no link that could end.
func TestHostDiesBeforeItConnects(t *testing.T) {
	host := exec.Command(os.Args[0])
	host.Env = append(os.Environ(), programEnv+"=absent host")
	host.Stderr = os.Stderr
	out, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	var plugin int
	if _, err := fmt.Fscanln(bufio.NewReader(out), &plugin); err != nil || !alive(plugin) {
		t.Fatalf("there is no plugin %d: %v", plugin, err)
	}
	host.Process.Kill()
	host.Wait()
	gone(t, plugin)
}
