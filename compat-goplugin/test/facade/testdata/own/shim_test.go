package plugin

import (
	"net"

	"github.com/hashicorp/go-plugin/internal/line"
)

// What the original's tests use of its insides, by ours.

const envMultiplexGRPC = line.EnvMultiplex

func (c *Client) killed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.forced
}

func protocolVersion(opts *ServeConfig) (int, Protocol, PluginSet) {
	n := negotiate(opts)
	return n.number, n.protocol, n.plugins
}

func serverListener_unix(cfg UnixSocketConfig) (net.Listener, error) { return newListener(cfg) }
