package launch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
)

// Conn returns a Launcher for a plugin that somebody else started and connected: a
// sidecar, a machine elsewhere, the other end of a pipe in a test. Its first Launch
// returns a Process whose link is conn, whatever the request asks for; each one
// after it is an error, as is one with an ended context, which leaves conn open.
//
// Nothing is known about the process behind conn. Terminate and Kill both close
// conn, which is what tells the plugin, and close Done; so who reads conn calls Kill
// when it has seen its end. The environment and the writers of the request are not
// used.
func Conn(conn net.Conn) Launcher {
	return &attached{conn: conn}
}

type attached struct {
	conn net.Conn

	mu   sync.Mutex
	used bool
}

var _ Launcher = (*attached)(nil)

func (a *attached) Launch(ctx context.Context, _ Request) (Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("launch: attach to a connection: %w", err)
	}
	if a.conn == nil {
		return nil, errors.New("launch: attach to a connection: there is none; Conn was given nil")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.used {
		return nil, errors.New("launch: attach to a connection: it was used before; make a new connection and a new launcher for it")
	}
	a.used = true
	name := "connection"
	if addr := a.conn.RemoteAddr(); addr != nil && addr.String() != "" {
		name += " to " + addr.String()
	}
	return &attachedProcess{conn: a.conn, name: name, done: make(chan struct{})}, nil
}

// attachedProcess is a plugin of which only the link is known.
type attachedProcess struct {
	conn net.Conn
	name string
	once sync.Once
	done chan struct{}
}

var _ Process = (*attachedProcess)(nil)

// LinkAlone says that nothing of the plugin is known but its link, so that nobody waits for
// more when that has ended.
func (p *attachedProcess) LinkAlone() bool { return true }

func (p *attachedProcess) Link() net.Conn        { return p.conn }
func (p *attachedProcess) Info() Info            { return Info{Path: p.name} }
func (p *attachedProcess) Done() <-chan struct{} { return p.done }

func (p *attachedProcess) Dial(context.Context, string, string) (net.Conn, error) {
	return nil, fmt.Errorf("launch: dial the plugin: it was attached to over a connection, and has no other address: %w", errors.ErrUnsupported)
}

func (p *attachedProcess) Exit() Exit {
	select {
	case <-p.done:
		return Exit{Exited: true, Code: -1, Err: errors.New("launch: the connection was closed; how the process behind it fares is unknown")}
	default:
		return Exit{}
	}
}

func (p *attachedProcess) Terminate() error { return p.end() }
func (p *attachedProcess) Kill() error      { return p.end() }

func (p *attachedProcess) end() error {
	var err error
	p.once.Do(func() {
		// Whether the core has closed it before is none of the caller's concern.
		if err = p.conn.Close(); errors.Is(err, net.ErrClosed) {
			err = nil
		}
		close(p.done)
	})
	return err
}
