package attach

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"path/filepath"
	"syscall"
	"time"

	"github.com/tenon-dev/tenon/core/internal/proof"
	"github.com/tenon-dev/tenon/core/launch"
)

const (
	// startGrace is how long a plugin may take from having its name to listening, and
	// from not listening any more to giving the name back.
	startGrace = time.Second

	// proofTimeout bounds the wait for a plugin that is there and does not speak.
	proofTimeout = 30 * time.Second
)

func (a at) Launch(ctx context.Context, req launch.Request) (launch.Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("attach: %w", err)
	}
	conn, err := a.connect(ctx, req.Debug)
	if err != nil {
		return nil, err
	}
	p, err := launch.Conn(conn).Launch(ctx, req)
	if err != nil {
		conn.Close()
	}
	return p, err
}

// connect returns a connection to the plugin, proven on both sides. A plugin that is
// starting, or ending, is no error yet: what it will be is worth a moment.
func (a at) connect(ctx context.Context, debug bool) (net.Conn, error) {
	grace := time.NewTimer(startGrace)
	defer grace.Stop()
	for wait := lookAgain; ; wait = min(2*wait, startGrace/10) {
		conn, err := a.try(ctx, debug)
		if err == nil || !a.mayChange(err) {
			return conn, err
		}
		again := time.NewTimer(wait)
		select {
		case <-again.C:
			continue
		case <-grace.C:
		case <-ctx.Done():
			err = fmt.Errorf("attach: wait for the plugin at %s: %w (before that: %v)", string(a), ctx.Err(), err)
		}
		again.Stop()
		return nil, err
	}
}

// errHungUp is what matches when the plugin closed the connection.
var errHungUp = errors.New("it may be ending, or serve nobody")

// mayChange reports whether the next try may find something else.
func (a at) mayChange(err error) bool {
	var none *noSecretError
	switch {
	case errors.Is(err, launch.ErrNotRunning):
		pid, err := holder(filepath.Dir(string(a)), a.Name())
		return err == nil && pid != 0 // it has its name before it listens
	case errors.As(err, &none), errors.Is(err, errHungUp): // it removes the socket, then its secret
		return true
	}
	return false
}

// try connects once.
func (a at) try(ctx context.Context, debug bool) (_ net.Conn, err error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", string(a))
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return nil, fmt.Errorf("attach: %w: nobody listens on %s", launch.ErrNotRunning, string(a))
	case err != nil:
		return nil, fmt.Errorf("attach: %w", err)
	}
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	if err := sameUser(conn); err != nil {
		return nil, err
	}
	// Who listens now wrote its secret before: what is read is not that of the one before.
	secret, err := readSecret(string(a))
	if err != nil {
		return nil, err
	}
	within := proofTimeout
	if debug {
		within = 0
	}
	err = proof.AsHost(ctx, conn, secret, within)
	switch {
	case err == nil:
		return conn, nil
	case errors.Is(err, proof.ErrNotProven):
		return nil, fmt.Errorf("attach: who listens on %s is not the plugin that wrote %s: %w", string(a), filepath.Base(secretPath(string(a))), err)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return nil, fmt.Errorf("attach: the plugin at %s hung up: %w: %w", string(a), errHungUp, err)
	}
	return nil, fmt.Errorf("attach: the plugin at %s: %w", string(a), err)
}
