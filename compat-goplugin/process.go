package goplugin

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/tenon-dev/tenon/compat-goplugin/runner"
	"github.com/tenon-dev/tenon/core/launch"
)

// A process is a plugin that runs, whoever started it.
type process struct {
	runner.AttachedRunner
	name     string
	diagnose func(context.Context) string

	ctx    context.Context // done when the plugin has ended, and the client has noted it
	cancel context.CancelFunc
	joined chan struct{} // closed when nothing of the client's waits for the plugin any more
}

func newProcess(r runner.AttachedRunner, name string) *process {
	ctx, cancel := context.WithCancel(context.Background())
	return &process{AttachedRunner: r, name: name, ctx: ctx, cancel: cancel, joined: make(chan struct{})}
}

// deathWait bounds how long the end of a connection waits for the end of the process
// that it most likely means.
const deathWait = 200 * time.Millisecond

// awaitDeath waits a moment for the end of the process.
func (p *process) awaitDeath() { waitFor(p.ctx.Done(), deathWait) }

// A commandRunner is a plugin that was started as a child process.
type commandRunner struct {
	launch.Process
	sameWorld
}

// Wait waits for the end of the process.
func (c commandRunner) Wait(ctx context.Context) error {
	select {
	case <-c.Done():
	case <-ctx.Done():
		return ctx.Err()
	}
	if exit := c.Exit(); exit.Code != 0 || exit.Err != nil {
		return fmt.Errorf("%v", exit)
	}
	return nil
}

// Kill ends the process by force.
func (c commandRunner) Kill(context.Context) error { return c.Process.Kill() }

// ID is the process ID.
func (c commandRunner) ID() string { return strconv.Itoa(c.Info().PID) }

// sameWorld translates no addresses.
type sameWorld struct{}

func (sameWorld) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

func (sameWorld) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

// copyOutput copies an output of a plugin to its end.
func copyOutput(to io.Writer, from io.Reader, log hclog.Logger) {
	if _, err := io.Copy(to, from); err != nil {
		log.Debug("an output of the plugin can no longer be read", "error", err)
	}
}
