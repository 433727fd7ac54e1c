// Package child starts the programs of peers that bring no launcher of their
// own: they listen on a unix socket where the host says, and end with it.
package child

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// socketEnv tells the program where to listen.
const socketEnv = "TENON_BENCH_SOCKET"

// ready is the line that a program prints when it listens.
const ready = "ready\n"

// A Child is a running program. Its methods may be called concurrently.
type Child struct {
	cmd   *exec.Cmd
	stdin io.Closer
	dir   string
	once  sync.Once
}

// Start starts a program and waits until it listens, or has printed its line.
// After an error, or the end of ctx, nothing is left of it.
func Start(ctx context.Context, p subject.Program) (*Child, error) {
	dir, err := os.MkdirTemp("", "tenon-bench-")
	if err != nil {
		return nil, err
	}
	c := &Child{cmd: exec.Command(p.Path), dir: dir}
	c.cmd.Env = append(append(os.Environ(), p.Env...), socketEnv+"="+c.socket())
	c.cmd.Stderr = os.Stderr
	stdin, stdinErr := c.cmd.StdinPipe()
	stdout, err := c.cmd.StdoutPipe()
	if err = errors.Join(stdinErr, err); err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("start %s: %w", p.Path, err)
	}
	c.stdin = stdin
	stop := context.AfterFunc(ctx, func() { c.cmd.Process.Kill() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	stop()
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case err == nil && line != ready:
		err = fmt.Errorf("its first line is %q, not %q", line, ready)
	}
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("start %s: %w", p.Path, err)
	}
	return c, nil
}

func (c *Child) socket() string { return filepath.Join(c.dir, "s") }

// Dial connects to the program.
func (c *Child) Dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", c.socket())
}

// Target is the program's address as gRPC writes it.
func (c *Child) Target() string { return "unix:" + c.socket() }

// PID returns the program's process id.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// Close kills the program and waits until it was reaped. Calling it again is
// fine.
func (c *Child) Close() error {
	c.once.Do(func() {
		c.cmd.Process.Kill()
		c.stdin.Close()
		c.cmd.Wait()
		os.RemoveAll(c.dir)
	})
	return nil
}
