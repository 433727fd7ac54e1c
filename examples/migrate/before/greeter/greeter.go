// Package greeter is what the host and the plugin share.
package greeter

import (
	"net/rpc"

	"github.com/hashicorp/go-plugin"
)

// Handshake is what the host and the plugin have in common.
var Handshake = plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "GREETER_PLUGIN", MagicCookieValue: "hello"}

// Plugins are the kinds of plugin that the host knows.
var Plugins = plugin.PluginSet{"greeter": &Plugin{}}

// A Greeter greets.
type Greeter interface {
	Greet(name string) (string, error)
}

// Plugin is a Greeter over net/rpc.
type Plugin struct{ Impl Greeter }

// Server is for the plugin.
func (p *Plugin) Server(*plugin.MuxBroker) (interface{}, error) { return &rpcServer{p.Impl}, nil }

// Client is for the host.
func (p *Plugin) Client(_ *plugin.MuxBroker, c *rpc.Client) (interface{}, error) {
	return &rpcClient{c}, nil
}

type rpcServer struct{ impl Greeter }

func (s *rpcServer) Greet(name string, reply *string) (err error) {
	*reply, err = s.impl.Greet(name)
	return err
}

type rpcClient struct{ client *rpc.Client }

func (c *rpcClient) Greet(name string) (reply string, err error) {
	err = c.client.Call("Plugin.Greet", name, &reply)
	return reply, err
}
