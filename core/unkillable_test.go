//go:build unix

package tenon_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

// foreign launches processes that the host may not signal, as those that it started before
// it became another user.
type foreign struct {
	launch.Launcher
	started chan<- launch.Process
}

func (f foreign) Launch(ctx context.Context, req launch.Request) (launch.Process, error) {
	p, err := f.Launcher.Launch(ctx, req)
	if err == nil {
		f.started <- p
		p = foreignProcess{p}
	}
	return p, err
}

type foreignProcess struct{ launch.Process }

func (foreignProcess) Kill() error      { return syscall.EPERM }
func (foreignProcess) Terminate() error { return syscall.EPERM }
func (p foreignProcess) Release()       { p.Process.(tenon.Releaser).Release() }

// TestUnkillable: no end of a client waits for ever for a process that the host may not
// signal.
func TestUnkillable(t *testing.T) {
	for name, end := range map[string]func(*tenon.Client){
		"killed": (*tenon.Client).Kill,
		"stopped": func(c *tenon.Client) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			c.Stop(ctx)
		},
	} {
		for _, stuck := range []bool{false, true} {
			leak.Check(t)
			var log bytes.Buffer
			started := make(chan launch.Process, 1)
			c := tenon.NewClient(tenon.ClientConfig{
				Cookie: cookie, Launcher: foreign{program("plugin"), started},
				Logger: slog.New(slog.NewTextHandler(&log, nil)),
			})
			if err := c.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			pid := c.Info().PID
			if stuck {
				syscall.Kill(pid, syscall.SIGSTOP)
				var status syscall.WaitStatus // it takes a moment on another processor
				if _, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
					t.Fatalf("not stopped: %v, %v", status, err)
				}
			}
			within(t, name, func() { end(c) })
			if said := strings.Contains(log.String(), "left to itself"); said != stuck {
				t.Errorf("%s, stuck %v: the log says %q", name, stuck, &log)
			}
			<-(<-started).Done()
			if !stuck {
				continue
			}
			syscall.Kill(pid, syscall.SIGKILL)
			within(t, "it is reaped all the same", func() {
				for syscall.Kill(pid, 0) != syscall.ESRCH {
					time.Sleep(time.Millisecond)
				}
			})
		}
	}
}
