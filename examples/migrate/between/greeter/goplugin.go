package greeter

import (
	"context"
	"net/rpc"

	goplugin "github.com/tenon-dev/tenon/compat-goplugin"
)

// This file goes away with the last host and the last plugin of go-plugin.

// Handshake is as it was.
var Handshake = goplugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "GREETER_PLUGIN", MagicCookieValue: "hello"}

// Plugins are as they were.
var Plugins = goplugin.PluginSet{"greeter": &Plugin{}}

// Plugin is a Greeter over net/rpc.
type Plugin struct{ Impl Greeter }

// Server is for the plugin.
func (p *Plugin) Server(*goplugin.MuxBroker) (interface{}, error) { return &rpcServer{p.Impl}, nil }

// Client is for the host.
func (p *Plugin) Client(_ *goplugin.MuxBroker, c *rpc.Client) (interface{}, error) {
	return &rpcClient{c}, nil
}

type rpcServer struct{ impl Greeter }

func (s *rpcServer) Greet(name string, reply *string) (err error) {
	*reply, err = s.impl.Greet(context.Background(), name)
	return err
}

type rpcClient struct{ client *rpc.Client }

// Greet returns when ctx ends. The plugin does not hear of that.
func (c *rpcClient) Greet(ctx context.Context, name string) (reply string, err error) {
	result := new(string)
	call := c.client.Go("Plugin.Greet", name, result, make(chan *rpc.Call, 1))
	select {
	case <-call.Done:
		return *result, call.Error
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
