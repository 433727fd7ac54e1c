package tenon

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A Host is what a plugin sees of its host: the services that the host offers to
// it. All methods may be called concurrently, by handlers and by goroutines of the
// plugin's own, until the host is gone.
type Host struct {
	peer *rpc.Peer
}

// HostFrom returns the host that made a call, in the call's handler, or that asked
// for an object, in the New of a service. It is there in every context that was
// derived from the one that these got. The Host stays usable when the call has
// ended.
func HostFrom(ctx context.Context) (*Host, bool) {
	p, ok := rpc.PeerFrom(ctx)
	if !ok {
		return nil, false
	}
	return &Host{peer: p}, true
}

// Dispense asks the host for an object of one of its services, as a host asks a
// plugin; see [Client.Dispense].
func (h *Host) Dispense(ctx context.Context, name string, config any, types ...reflect.Type) (*Object, error) {
	return h.peer.Dispense(ctx, name, config, types...)
}

// Describe returns the catalogue of what the host offers.
func (h *Host) Describe(ctx context.Context) (*Catalogue, error) { return h.peer.Describe(ctx) }

// Ping asks the host for a sign of life and returns how long that took.
func (h *Host) Ping(ctx context.Context) (time.Duration, error) { return h.peer.Ping(ctx) }

// Done is closed when the host is gone, or has stopped the plugin.
func (h *Host) Done() <-chan struct{} { return h.peer.Done() }

// A background is the plugin's own goroutine beside the handlers.
type background struct {
	cancel context.CancelFunc
	ended  chan struct{}
}

// startBackground starts the plugin's own goroutine, where it has one.
func (cfg ServeConfig) startBackground(peer *rpc.Peer) background {
	ctx, cancel := context.WithCancel(context.Background())
	b := background{cancel: cancel, ended: make(chan struct{})}
	if cfg.Background == nil {
		close(b.ended)
		return b
	}
	go func() { // joined by join, but for one that does not heed its context
		defer close(b.ended)
		cfg.Background(ctx, &Host{peer: peer})
	}()
	return b
}

// join waits for the goroutine, whose context has ended, within ctx.
func (b background) join(ctx context.Context) error {
	select {
	case <-b.ended:
		return nil
	case <-ctx.Done():
		return errors.New("tenon: serve: Background goes on although its context has ended")
	}
}
