package reattach

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/proof"
	"github.com/tenon-dev/tenon/core/launch"
)

// Keeper lets a plugin outlive its host, for [tenon.ServeConfig].
func Keeper() tenon.Keeper { return keeper{} }

type keeper struct{}

// Keep listens in dir for hosts that know secret.
func (keeper) Keep(dir string, secret []byte) (tenon.Kept, error) {
	if len(secret) < proof.Size {
		return nil, fmt.Errorf("reattach: the secret has %d bytes, and needs %d", len(secret), proof.Size)
	}
	path := filepath.Join(dir, launch.OutliveSocket)
	socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("reattach: wait for later hosts: %w", err)
	}
	k := &kept{socket: socket, path: path, secret: secret}
	k.close = sync.OnceValue(socket.Close)
	return k, nil
}

// kept is where one plugin waits.
type kept struct {
	socket *net.UnixListener
	path   string
	secret []byte
	close  func() error
}

func (k *kept) Address() string { return k.path }
func (k *kept) Close() error    { return k.close() }

// Accept waits for a host that proves itself. Others are turned away, several at a
// time, so that one who says nothing does not keep out one who does.
func (k *kept) Accept(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	defer all.Wait()
	proven := make(chan net.Conn)
	slots := make(chan struct{}, 8)
	failed := make(chan error, 1)
	all.Go(func() {
		for {
			conn, err := k.next(ctx)
			if err != nil {
				failed <- err
				return
			}
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				conn.Close()
				failed <- ctx.Err()
				return
			}
			all.Go(func() {
				defer func() { <-slots }()
				if proof.AsPlugin(ctx, conn, k.secret, proof.Timeout) == nil {
					select {
					case proven <- conn:
						return
					case <-ctx.Done():
					}
				}
				conn.Close()
			})
		}
	})
	select {
	case conn := <-proven:
		cancel()
		return conn, nil
	case err := <-failed:
		return nil, err
	}
}

// next accepts one connection of the same user.
func (k *kept) next(ctx context.Context) (net.Conn, error) {
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		k.socket.SetDeadline(time.Unix(1, 0))
	})
	defer func() {
		if !stop() {
			<-interrupted
		}
		k.socket.SetDeadline(time.Time{})
	}()
	for {
		conn, err := k.socket.AcceptUnix()
		switch {
		case err != nil && ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			return nil, fmt.Errorf("reattach: wait for a host: %w", err)
		}
		uid, err := launch.PeerUID(conn)
		if errors.Is(err, errors.ErrUnsupported) || err == nil && (uid == os.Getuid() || uid == 0) {
			return conn, nil
		}
		conn.Close()
	}
}
