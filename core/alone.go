package tenon

import (
	"context"
	"sync"

	"github.com/tenon-dev/tenon/core/rpc"
)

// Alone returns an object of the default service of a plugin that is there for this
// one object: the plugin is started by the first call, and stopped when the object
// is closed, which waits for its end as [Client.Close] does. It does no I/O; the
// errors of a start, and of a plugin whose service is not what s describes, are
// those of the calls. config is the object's configuration, or nil.
//
// It is what generated code offers to hosts that want a value behind an interface
// and nothing else. With a [Client] a host has more than one object, and learns of
// the plugin's life.
func Alone(cfg ClientConfig, config any, s *Service) *Object {
	a := &alone{client: NewClient(cfg), config: config, service: s}
	return rpc.Lazy("", a.dispense, a.close)
}

// alone is what there is of one plugin that serves one object.
type alone struct {
	client  *Client
	config  any
	service *Service

	mu     sync.Mutex
	name   string // "" until the plugin has said what its default service is called
	unused func()
	closed bool
}

func (a *alone) dispense(ctx context.Context) (*Object, error) {
	if err := a.service.Err(); err != nil {
		return nil, err
	}
	a.mu.Lock()
	name := a.name
	a.mu.Unlock()
	o, err := a.client.dispense(ctx, name, a.config, a.service.Types())
	if err != nil {
		return nil, err
	}
	if err := a.service.Fits(o); err != nil {
		o.Close()
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.unused == nil && !a.closed {
		a.name = o.Service()
		a.unused = a.client.use(a.name)
	}
	return o, nil
}

func (a *alone) close() {
	a.mu.Lock()
	a.closed = true
	unused := a.unused
	a.mu.Unlock()
	if unused != nil {
		unused()
	}
	a.client.Close()
}
