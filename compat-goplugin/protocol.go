package goplugin

import (
	"io"
	"net"
)

// A Protocol is what a host and its plugin speak.
type Protocol string

// The protocols.
const (
	ProtocolInvalid Protocol = ""
	ProtocolNetRPC  Protocol = "netrpc" // net/rpc over yamux
	ProtocolGRPC    Protocol = "grpc"
)

// ServerProtocol is the plugin's side of a protocol: [RPCServer] or [GRPCServer].
type ServerProtocol interface {
	// Init prepares the server and returns what is wrong with it. It is called once.
	Init() error

	// Config is unused, and may be empty.
	Config() string

	// Serve serves the connections of a listener until that is closed.
	Serve(net.Listener)
}

// ClientProtocol is the host's side of a protocol: [*RPCClient] or [*GRPCClient]. All
// methods may be called concurrently.
type ClientProtocol interface {
	// Close asks the plugin to end, and closes the connection.
	io.Closer

	// Dispense returns a new client of the plugin with that name.
	Dispense(string) (interface{}, error)

	// Ping asks the plugin for a sign of life.
	Ping() error
}
