package goplugin

import (
	"context"
	"errors"
	"net/rpc"

	"google.golang.org/grpc"
)

// Plugin makes the two ends of one kind of plugin over net/rpc.
type Plugin interface {
	// Server returns the receiver whose methods the plugin serves, see
	// [net/rpc.Server.Register]. It is called at each Dispense, in the plugin.
	Server(*MuxBroker) (interface{}, error)

	// Client returns what Dispense gives to the host: an implementation of its
	// interface that calls the Server's methods.
	Client(*MuxBroker, *rpc.Client) (interface{}, error)
}

// GRPCPlugin makes the two ends of one kind of plugin over gRPC. A value in a
// [PluginSet] implements it beside [Plugin], whose methods are then never called.
type GRPCPlugin interface {
	// GRPCServer registers the plugin's services. It is called once in a plugin.
	GRPCServer(*GRPCBroker, *grpc.Server) error

	// GRPCClient returns what Dispense gives to the host. The context is done when
	// the plugin's process has ended.
	GRPCClient(context.Context, *GRPCBroker, *grpc.ClientConn) (interface{}, error)
}

// A PluginSet has the kinds of plugin that are served or dispensed, by their names.
// All of a set are of one protocol.
type PluginSet map[string]Plugin

// NetRPCUnsupportedPlugin is for embedding in a [GRPCPlugin], to make a [Plugin] of it.
// Both methods return errors.
type NetRPCUnsupportedPlugin struct{}

var errNoNetRPC = errors.New("this plugin is served over gRPC, and has no net/rpc side; add ProtocolGRPC to the host's AllowedProtocols and a GRPCServer to the plugin's ServeConfig")

// Server returns an error.
func (p NetRPCUnsupportedPlugin) Server(*MuxBroker) (interface{}, error) { return nil, errNoNetRPC }

// Client returns an error.
func (p NetRPCUnsupportedPlugin) Client(*MuxBroker, *rpc.Client) (interface{}, error) {
	return nil, errNoNetRPC
}
