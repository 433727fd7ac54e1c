package tlslink

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

// Listen waits for the host over TLS, where the host asks for that, and else at a unix
// socket. It is for [tenon.ServeConfig].
func Listen(ctx context.Context) (tenon.LinkListener, error) {
	dir := os.Getenv(dirEnv)
	os.Unsetenv(dirEnv) // the plugin's own children are no plugins
	if dir == "" {
		return launch.NewListener("")
	}
	l, err := listen(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("tlslink: listen for the host: %w", err)
	}
	return l, nil
}

func listen(ctx context.Context, dir string) (*listener, error) {
	theirs, err := readPin(filepath.Join(dir, hostFile))
	if err != nil {
		return nil, err
	}
	cert, mine, err := newKey()
	if err != nil {
		return nil, err
	}
	socket, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if err := writePin(filepath.Join(dir, pluginFile), mine); err != nil {
		socket.Close()
		return nil, err
	}
	return &listener{socket: socket, config: config(cert, theirs), close: sync.OnceValue(socket.Close)}, nil
}

// handshakeTimeout bounds one handshake, atOnce is how many may be under way, see places:
// those who say nothing must not keep out the host.
const (
	handshakeTimeout = 10 * time.Second
	atOnce           = 64
)

// listener waits for the one connection of the host.
type listener struct {
	socket net.Listener
	config *tls.Config
	close  func() error
}

// Announce returns the line that tells the host the port. It needs no secret: the keys are
// the proof.
func (l *listener) Announce() []byte {
	return launch.Announce(launch.Announcement{Network: "tcp", Address: l.socket.Addr().String()})
}

// Close stops waiting.
func (l *listener) Close() error { return l.close() }

// Accept waits for the host, and then stops listening. Others are turned away.
func (l *listener) Accept(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	defer l.Close()
	proven, failed := make(chan net.Conn), make(chan error, 1)
	all.Go(func() { failed <- l.acceptAll(ctx, &all, proven) })
	select {
	case conn := <-proven:
		return conn, nil
	case err := <-failed:
		return nil, err
	case <-ctx.Done():
		return nil, fmt.Errorf("tlslink: wait for the host to connect: %w", ctx.Err())
	}
}

// acceptAll lets each connection prove itself, until the listener is closed.
func (l *listener) acceptAll(ctx context.Context, all *sync.WaitGroup, proven chan<- net.Conn) error {
	var here places
	for {
		raw, err := l.socket.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("tlslink: wait for the host to connect: %w", err)
		case err != nil:
			return err
		}
		guest := here.take(raw)
		all.Go(func() {
			conn := l.prove(ctx, guest)
			stayed := guest.leave()
			switch {
			case conn == nil:
				return
			case !stayed: // somebody else had its place just now, and closed it
				conn.Close()
				return
			}
			select {
			case proven <- conn:
			case <-ctx.Done():
				conn.Close()
			}
		})
	}
}

// prove returns the connection of the host, nil where it is another's.
func (l *listener) prove(ctx context.Context, raw net.Conn) net.Conn {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	conn := tls.Server(raw, l.config)
	if conn.HandshakeContext(ctx) != nil {
		raw.Close()
		return nil
	}
	return conn
}
