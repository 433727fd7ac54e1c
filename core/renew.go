package tenon

import (
	"context"
	"reflect"

	"github.com/tenon-dev/tenon/core/rpc"
)

// dispense asks for an object until a process that lives on gives it, or refuses.
func (c *Client) dispense(ctx context.Context, name string, config any, types []reflect.Type) (*Object, error) {
	for {
		r, err := c.native(ctx)
		if err != nil {
			return nil, err
		}
		o, err := r.peer.Dispense(ctx, name, config, types...)
		if err == nil || !c.hasLeft(r) {
			return o, err
		}
		if ctx.Err() != nil {
			return nil, err
		}
	}
}

// hasLeft reports whether r went while it was asked, so that it is worth asking
// again: either another process follows, or the next error says why there is none.
func (c *Client) hasLeft(r *run) bool {
	if r.ending() {
		return true
	}
	c.life.mu.Lock()
	defer c.life.mu.Unlock()
	return c.life.run != r
}

// renewable makes an object outlive the process that it is in.
func (c *Client) renewable(o *Object, config any, types []reflect.Type) *Object {
	service := o.Service() // which a later process may not have as its default
	again := func(ctx context.Context) (*Object, error) {
		return c.dispense(ctx, service, config, types)
	}
	return rpc.Renewable(o, again, c.use(service))
}
