package goplugin

import (
	"context"
	"crypto/tls"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"
)

// ServeConfig says what a plugin serves.
type ServeConfig struct {
	// HandshakeConfig must be equal to the host's.
	HandshakeConfig

	// TLSProvider, if set, returns the configuration that secures the connection.
	TLSProvider func() (*tls.Config, error)

	// Plugins is what is served, in the version HandshakeConfig.ProtocolVersion.
	Plugins PluginSet

	// VersionedPlugins is what is served, by version. The highest one that the host
	// knows, too, is used; the lowest of all for a host that names none.
	VersionedPlugins map[int]PluginSet

	// GRPCServer makes the gRPC server, such as [DefaultGRPCServer]. It may add to the
	// options, and must use those that it gets. Where it is nil, net/rpc is served.
	GRPCServer func([]grpc.ServerOption) *grpc.Server

	// Logger gets what this library has to say. Default: JSON on the standard error,
	// which the host puts into its own log.
	Logger hclog.Logger

	// Test, if set, serves inside a test: see [ServeTestConfig].
	Test *ServeTestConfig
}

// ServeTestConfig makes [Serve] work within a test of a plugin's own code: it does not
// look for the cookie, answers through a channel instead of the standard output, lets
// the output and the signals alone, and returns instead of ending the process.
type ServeTestConfig struct {
	// Context ends the serving. Default: only the host does.
	Context context.Context

	// ReattachConfigCh gets what a client needs to attach to this plugin.
	ReattachConfigCh chan<- *ReattachConfig

	// CloseCh is closed when Serve has ended.
	CloseCh chan<- struct{}

	// SyncStdio makes what is written to os.Stdout and os.Stderr go to the host, too.
	SyncStdio bool
}
