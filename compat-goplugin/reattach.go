package goplugin

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/tenon-dev/tenon/compat-goplugin/runner"
)

// reattach finds a plugin that runs already.
func (c *Client) reattach() (*link, error) {
	r := c.config.Reattach
	find := r.ReattachFunc
	if find == nil {
		find = func() (runner.AttachedRunner, error) { return attach(r.Pid, r.Addr) }
	}
	attached, err := find()
	if err != nil {
		return nil, err
	}
	p := newProcess(attached, attached.ID())
	go func() {
		// Cancelled where the client lets the plugin live.
		err := p.Wait(p.ctx)
		c.ended(p, err)
		if a, ok := attached.(*attachedProcess); ok {
			a.release()
		}
	}()
	c.mu.Lock()
	c.process = p
	c.mu.Unlock()

	l := &link{
		ctx: p.ctx, addr: r.Addr, protocol: r.Protocol, version: r.ProtocolVersion,
		plugins: c.config.Plugins, tls: c.config.TLSConfig,
		translate: attached, grace: p.awaitDeath,
	}
	if l.protocol == "" {
		l.protocol = ProtocolNetRPC // as in configurations that were written before there was another
	}
	if set, ok := c.config.VersionedPlugins[r.ProtocolVersion]; ok && l.plugins == nil {
		l.plugins = set
	}
	if c.config.UnixSocketConfig != nil {
		l.sockets = *c.config.UnixSocketConfig
	}
	return l, nil
}

// pollEvery is how often a process that is not ours is looked at.
const pollEvery = 250 * time.Millisecond

// An attachedProcess is a plugin of this machine's that somebody else started.
type attachedProcess struct {
	sameWorld
	pid     int
	process *os.Process // on Linux it stands for this process, and never for a later one of its number
}

// attach finds the process, and makes sure that somebody listens at the address.
func attach(pid int, addr net.Addr) (*attachedProcess, error) {
	process, err := os.FindProcess(pid)
	if err != nil {
		return nil, ErrProcessNotFound // Windows says so here
	}
	conn, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		process.Release()
		return nil, ErrProcessNotFound
	}
	conn.Close()
	return &attachedProcess{pid: pid, process: process}, nil
}

// Wait looks every so often whether the process is still there.
func (a *attachedProcess) Wait(ctx context.Context) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for alive(a.process) {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Kill ends the process by force. After its end it does nothing.
func (a *attachedProcess) Kill(context.Context) error {
	err := a.process.Kill()
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// ID is the process ID.
func (a *attachedProcess) ID() string { return strconv.Itoa(a.pid) }

// release lets go of the process.
func (a *attachedProcess) release() { a.process.Release() }
