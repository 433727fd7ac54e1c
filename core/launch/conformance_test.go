//go:build unix && !aix && !solaris

package launch_test

import (
	"context"
	"net"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/launch/launchtest"
)

func TestCommandConforms(t *testing.T) {
	launchtest.Run(t, launchtest.Harness{
		New: func(_ *testing.T, p launchtest.Program) launch.Launcher {
			return launch.Command(p.Path, launch.Args(p.Args...), launch.Setenv(p.Env...))
		},
		Promises: launchtest.Promises{Link: true, Exit: true, Output: true, Group: true},
	})
}

func TestCommandInTheHostsGroupConforms(t *testing.T) {
	launchtest.Run(t, launchtest.Harness{
		New: func(_ *testing.T, p launchtest.Program) launch.Launcher {
			return launch.Command(p.Path, launch.Args(p.Args...), launch.Setenv(p.Env...), launch.Group(false))
		},
		Promises: launchtest.Promises{Link: true, Exit: true, Output: true},
	})
}

func TestInProcessConforms(t *testing.T) {
	launchtest.Run(t, launchtest.Harness{
		New: func(_ *testing.T, p launchtest.Program) launch.Launcher {
			return launch.InProcess(p.Serve)
		},
		Promises: launchtest.Promises{Link: true, Exit: true},
	})
}

func TestConnConforms(t *testing.T) {
	launchtest.Run(t, launchtest.Harness{
		New: func(t *testing.T, p launchtest.Program) launch.Launcher {
			host, plugin := net.Pipe()
			done := make(chan struct{})
			go func() {
				defer close(done)
				defer plugin.Close()
				p.Serve(context.Background(), plugin)
			}()
			t.Cleanup(func() {
				host.Close()
				<-done
			})
			return launch.Conn(host)
		},
		Promises: launchtest.Promises{Link: true, Once: true},
	})
}
