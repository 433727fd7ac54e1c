package launch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/tenon-dev/tenon/core/internal/private"
	"github.com/tenon-dev/tenon/core/internal/proof"
)

// A Listener waits for the one connection of the host, where the link is not
// inherited. It is a unix socket in a directory that only this user may enter; both
// are removed as soon as the host is there. Who connects must prove to know a secret
// that was made for this listener, and that its announcement tells the host.
//
// Its methods may be called concurrently; Accept is called once.
type Listener struct {
	socket *net.UnixListener
	dir    string
	path   string
	secret []byte
	close  func() error
}

// ErrNotProven is what matches when a host or a plugin does not know the secret that its
// link asks for: it is another process than the one that was meant.
var ErrNotProven = proof.ErrNotProven

// NewListener makes a directory with a short random name in dir, and listens on a
// socket in it. dir "" stands for the directory that [LinkDirEnv] names, itself, or else for
// [os.TempDir]; where that makes the socket's path
// longer than the system allows, /tmp is used instead if there is one.
//
// On Unix systems it fails when another user could put something in the place of what is
// there: the directory and all above it must belong to this user or to root, and must not
// be writable by others, unless they have the sticky bit, as /tmp has, or are below one that
// only this user may enter.
func NewListener(dir string) (*Listener, error) {
	if dir == "" {
		if l := listenInLinkDir(); l != nil {
			return l, nil
		}
	}
	l, err := listenIn(dir)
	var long *pathTooLong
	if errors.As(err, &long) && dir == "" {
		if l, err := listenIn("/tmp"); err == nil {
			return l, nil
		}
		return nil, fmt.Errorf("launch: listen for the host: %w; TMPDIR names that directory, and /tmp cannot be used instead: set TMPDIR to a shorter path", err)
	}
	if err != nil {
		return nil, fmt.Errorf("launch: listen for the host: %w", err)
	}
	return l, nil
}

// pathTooLong says that a socket cannot have a path of that length.
type pathTooLong struct {
	path  string
	limit int
}

func (e *pathTooLong) Error() string {
	return fmt.Sprintf("the path of a socket may have %d bytes on this system, and %s has %d", e.limit, e.path, len(e.path))
}

// pathLimit is the size of sun_path less its zero byte.
func pathLimit() int {
	switch runtime.GOOS {
	case "linux", "windows", "solaris", "illumos":
		return 107
	case "aix":
		return 1022
	}
	return 103
}

func listenIn(parent string) (*Listener, error) {
	dir, err := private.MkdirTemp(parent, "tenon") // absolute: the host may have another working directory
	if err != nil {
		return nil, err
	}
	l, err := listenAt(dir)
	if err != nil {
		os.Remove(dir)
	}
	return l, err
}

// listenAt listens in dir, which is for the socket alone and goes with it.
func listenAt(dir string) (*Listener, error) {
	l := &Listener{dir: dir, path: filepath.Join(dir, socketName), secret: proof.Secret()}
	if len(l.path) > pathLimit() {
		return nil, &pathTooLong{path: l.path, limit: pathLimit()}
	}
	var err error
	l.socket, err = net.ListenUnix("unix", &net.UnixAddr{Name: l.path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.close = sync.OnceValue(func() error {
		err := l.socket.Close()            // removes the socket's file
		if errors.Is(err, net.ErrClosed) { // by the end of Accept
			err = nil
		}
		if rmErr := os.Remove(dir); err == nil && !errors.Is(rmErr, fs.ErrNotExist) {
			err = rmErr
		}
		return err
	})
	return l, nil
}

// Addr returns where the host finds the plugin: the network "unix", and a path.
func (l *Listener) Addr() (network, address string) { return "unix", l.path }

// Announce returns the line that tells the host so, and the secret, see [Announce].
func (l *Listener) Announce() []byte {
	network, address := l.Addr()
	return Announce(Announcement{Network: network, Address: address, Secret: l.secret})
}

// Accept waits for the host, and then closes the listener, also after an error. Who
// connects and does not know the secret is turned away, and so is another user than this
// process's own (or root), where the system says who that is. Nobody is kept waiting by
// one that says nothing. After Close the error matches [net.ErrClosed], after the end of
// ctx it matches ctx.Err().
func (l *Listener) Accept(ctx context.Context) (net.Conn, error) {
	defer l.Close()
	gate := proof.NewGate(l.socket, l.secret, sameUser)
	defer gate.Close()
	conn, err := gate.Accept(ctx)
	if err != nil {
		return nil, fmt.Errorf("launch: wait for the host to connect: %w", err)
	}
	return conn, nil
}

// sameUser refuses the other end of a connection that belongs to somebody else.
func sameUser(conn net.Conn) error {
	uid, err := PeerUID(conn)
	switch {
	case errors.Is(err, errors.ErrUnsupported): // the directory's rights and the secret are what there is
		return nil
	case err == nil && uid != os.Getuid() && uid != 0:
		return fmt.Errorf("launch: the process at the other end belongs to user %d, and this one to user %d", uid, os.Getuid())
	}
	return err
}

// Close stops waiting and removes the socket and its directory. Calling it again is
// fine.
func (l *Listener) Close() error { return l.close() }
