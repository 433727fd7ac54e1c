package reattach

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/proof"
	"github.com/tenon-dev/tenon/core/launch"
)

// To returns a launcher that attaches to the plugin of info, which another host has
// started and left. Where it has ended the error matches [launch.ErrProcessGone], and
// [launch.ErrNotRunning], so that [launch.First] can start another one. Stopping the
// client stops the plugin, as if this host had started it; [tenon.Client.Detach] leaves
// it to the next one.
func To(info tenon.AttachInfo) launch.Launcher { return to(info) }

type to tenon.AttachInfo

// Name returns the name of the plugin.
func (t to) Name() string { return t.Plugin }

func (t to) Launch(ctx context.Context, req launch.Request) (launch.Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("reattach: %w", err)
	}
	handle, err := t.Process.Find()
	if errors.Is(err, launch.ErrProcessGone) {
		err = errors.Join(err, launch.ErrNotRunning)
	}
	if err != nil {
		return nil, fmt.Errorf("reattach to %s: %w", t.Plugin, err)
	}
	p, err := t.attach(ctx, handle, req)
	if err != nil {
		handle.Release()
		return nil, fmt.Errorf("reattach to %s: %w", t.Plugin, err)
	}
	return p, nil
}

// attach connects to the process, and proves both sides to each other.
func (t to) attach(ctx context.Context, handle *os.Process, req launch.Request) (_ *process, err error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", t.Address)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	if uid, err := launch.PeerUID(conn); err == nil && uid != os.Getuid() && uid != 0 {
		return nil, fmt.Errorf("%s belongs to user %d", t.Address, uid)
	}
	err = proof.AsHost(ctx, conn, t.Secret, proof.Timeout)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("it listens and does not answer, as while it has another host, or is stopped: %w", err)
	}
	if err != nil {
		return nil, err
	}
	p := &process{info: t, conn: conn, handle: handle, done: make(chan struct{}), ended: make(chan struct{}), stop: func() {}}
	if t.Dir != "" {
		if p.stop, err = launch.FollowOutput(t.Dir, req); err != nil {
			return nil, err
		}
	}
	go p.watch()
	return p, nil
}

// lookEvery is how often it is looked whether the process is still there: it is
// nobody's child that this host could wait for. The end of the link is noticed at once.
const lookEvery = 20 * time.Millisecond

// process is a plugin that another host has started.
type process struct {
	info to
	conn net.Conn
	stop func() // ends the following of the outputs, when all was passed on
	done chan struct{}

	mu     sync.Mutex
	handle *os.Process   // nil once the process has ended
	left   bool          // Release was called
	ended  chan struct{} // closed by Release
}

var (
	_ launch.Process = (*process)(nil)
	_ tenon.Releaser = (*process)(nil)
)

func (p *process) Link() net.Conn        { return p.conn }
func (p *process) Done() <-chan struct{} { return p.done }

func (p *process) Info() launch.Info {
	return launch.Info{PID: p.info.Process.PID, Path: p.info.Plugin, Dir: p.info.Dir}
}

// AttachInfo returns what the next host needs, which is the same.
func (p *process) AttachInfo() tenon.AttachInfo { return tenon.AttachInfo(p.info) }

func (p *process) Dial(context.Context, string, string) (net.Conn, error) {
	return nil, fmt.Errorf("reattach: dial the plugin: it has no other address: %w", errors.ErrUnsupported)
}

func (p *process) Exit() launch.Exit {
	select {
	case <-p.done:
		return launch.Exit{Exited: true, Code: -1, Err: errors.New("reattach: how it ended is known to its parent alone")}
	default:
		return launch.Exit{}
	}
}

// watch waits for the end of the process, or for Release.
func (p *process) watch() {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for p.info.Process.Alive() {
		select {
		case <-ticker.C:
			continue
		case <-p.ended:
		}
		break
	}
	p.mu.Lock()
	p.handle.Release()
	p.handle = nil
	p.mu.Unlock()
	p.stop()
	close(p.done)
}

func (p *process) Terminate() error { return p.signal(false) }
func (p *process) Kill() error      { return p.signal(true) }

// signal goes to the process that was proven to be the one, and to its group where
// it leads one. Neither number can be another's while the process is there.
func (p *process) signal(kill bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.handle == nil || p.left || !p.info.Process.Alive() {
		return nil
	}
	if err := signalGroup(p.handle, kill); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("reattach: signal process %d (%s): %w", p.info.Process.PID, p.info.Plugin, err)
	}
	return nil
}

// Release lets the process go on without this host.
func (p *process) Release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.left {
		p.left = true
		close(p.ended)
	}
}
