package bridge

import (
	"context"
	"fmt"
	"sync"

	goplugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
)

// A foreign is a connected go-plugin plugin.
type foreign struct {
	client   *goplugin.Client
	protocol goplugin.ClientProtocol
	process  launch.Process
	done     chan struct{}
	watched  chan struct{}

	mu    sync.Mutex
	asked bool // the host has asked the plugin to end, or hung up
	ended bool
	err   error
}

// newForeign connects client to its plugin, until ctx is done.
func newForeign(ctx context.Context, client *goplugin.Client, process launch.Process) (*foreign, error) {
	f := &foreign{client: client, process: process, done: make(chan struct{}), watched: make(chan struct{})}
	connected := make(chan error, 1)
	go func() {
		var err error
		f.protocol, err = client.Client()
		connected <- err
	}()
	var err error
	select {
	case err = <-connected:
	case <-ctx.Done():
		client.Kill() // gives the connecting up, and leaves the process
		<-connected
		err = context.Cause(ctx)
	}
	if err != nil {
		client.Kill()
		return nil, err
	}
	go func() {
		defer close(f.watched)
		select {
		case <-process.Done():
			f.end(fmt.Errorf("the plugin's process has ended: %v", process.Exit()))
		case <-f.done:
		}
	}()
	return f, nil
}

// Dispense returns what the plugin's Client or GRPCClient returns.
func (f *foreign) Dispense(ctx context.Context, name string) (any, error) {
	return await(ctx, func() (any, error) { return f.protocol.Dispense(name) })
}

// Ping asks for a sign of life.
func (f *foreign) Ping(ctx context.Context) error {
	_, err := await(ctx, func() (any, error) { return nil, f.protocol.Ping() })
	return err
}

// Shutdown asks the plugin to end.
func (f *foreign) Shutdown(ctx context.Context) error {
	f.mu.Lock()
	f.asked = true
	f.mu.Unlock()
	_, err := await(ctx, func() (any, error) { return nil, f.protocol.Close() })
	return err
}

// await returns what call does, or ctx's error. The calls of go-plugin know no context:
// one that is given up ends with the connection.
func await(ctx context.Context, call func() (any, error)) (any, error) {
	type result struct {
		v   any
		err error
	}
	done := make(chan result, 1)
	go func() {
		v, err := call()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.v, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Done is closed when the connection has ended.
func (f *foreign) Done() <-chan struct{} { return f.done }

// Err says why the connection has ended. It matches rpc.ErrClosed where the host wanted
// that.
func (f *foreign) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// Close ends the connection and leaves the process.
func (f *foreign) Close() error {
	f.end(rpc.ErrClosed)
	f.client.Kill()
	<-f.watched
	return nil
}

func (f *foreign) end(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return
	}
	f.ended, f.err = true, err
	if f.asked {
		f.err = rpc.ErrClosed
	}
	close(f.done)
}
