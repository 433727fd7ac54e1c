package attach

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/tenon-dev/tenon/core/internal/proof"
	"github.com/tenon-dev/tenon/core/launch"
)

// A RunningError says that another process has the name already.
type RunningError struct {
	Name string
	PID  int
}

// Error says which one, and what to do.
func (e *RunningError) Error() string {
	return fmt.Sprintf("a plugin named %s runs already, as process %d: stop it, or replace it", e.Name, e.PID)
}

// A Socket is where a plugin that runs by itself waits for hosts. Its methods may
// be called concurrently.
type Socket struct {
	path  string
	gate  *proof.Gate
	close func() error
}

// Listen takes a name in dir, which is made if it is not there, and listens under
// it. Beside the socket it puts a file with a new secret, which hosts must know. The
// socket and the secret that a dead process left are removed. When another process has the
// name the error is a [*RunningError]; with replace it is ended first, which ctx
// bounds.
func Listen(ctx context.Context, dir, name string, replace bool) (*Socket, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	held, err := takeLock(dir, name)
	for err == nil && held == nil {
		pid, herr := holder(dir, name)
		switch {
		case replace:
			err = end(ctx, dir, name)
		case pid != 0:
			return nil, &RunningError{Name: name, PID: pid}
		case herr != nil && !errors.Is(herr, fs.ErrNotExist):
			return nil, herr
		default: // somebody only looked who has it
			err = ctx.Err()
		}
		if err == nil {
			held, err = takeLock(dir, name)
		}
	}
	if err != nil {
		return nil, err
	}
	s := &Socket{path: filepath.Join(dir, name+socketSuffix)}
	if err := s.listen(); err != nil {
		held.release()
		return nil, err
	}
	s.close = sync.OnceValue(func() error {
		err := s.gate.Close() // removes the socket's file
		return errors.Join(err, removeSecret(s.path), held.release())
	})
	return s, nil
}

// longestPath is what every system has room for.
const longestPath = 103

func (s *Socket) listen() error {
	if len(s.path) > longestPath {
		return fmt.Errorf("attach: the path of a socket may have %d bytes, and %s has %d: name a shorter directory in %s", longestPath, s.path, len(s.path), DirEnv)
	}
	if err := os.Remove(s.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("attach: remove the socket that a dead process left: %w", err)
	}
	secret, err := writeSecret(s.path) // who can connect must be able to read it
	if err != nil {
		return err
	}
	socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: s.path, Net: "unix"})
	if err != nil {
		return errors.Join(fmt.Errorf("attach: listen for hosts: %w", err), removeSecret(s.path))
	}
	s.gate = proof.NewGate(socket, secret, sameUser)
	return nil
}

// Path returns the path of the socket.
func (s *Socket) Path() string { return s.path }

// Accept waits for the next host. Who connects and does not know the secret is turned
// away, and so is another user, where the system says who that is; one who says nothing
// keeps no host waiting. The error matches ctx.Err() or, after Close, [net.ErrClosed].
func (s *Socket) Accept(ctx context.Context) (net.Conn, error) {
	conn, err := s.gate.Accept(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("attach: wait for a host: %w", err)
	}
	return conn, nil
}

// Close turns away who waits, removes the secret, and gives the name back. Calling it
// again is fine.
func (s *Socket) Close() error { return s.close() }

// sameUser refuses the other end of a connection that belongs to somebody else.
func sameUser(conn net.Conn) error {
	uid, err := launch.PeerUID(conn)
	switch {
	case errors.Is(err, errors.ErrUnsupported): // the directory's rights and the secret are what there is
		return nil
	case err != nil:
		return err
	case uid != os.Getuid() && uid != 0:
		return fmt.Errorf("attach: the process at the other end belongs to user %d, and this one to user %d", uid, os.Getuid())
	}
	return nil
}
