package goplugin

// CoreProtocolVersion is the version of the line with which a plugin answers.
const CoreProtocolVersion = 1

// GRPCServiceName is the name under which a gRPC plugin reports its health.
const GRPCServiceName = "plugin"

// Variables that a host sets for its plugins. They have no effect on the host.
const (
	// EnvUnixSocketDir names the directory in which the plugin makes its sockets.
	EnvUnixSocketDir = "PLUGIN_UNIX_SOCKET_DIR"

	// EnvUnixSocketGroup names the group, by name or number, that gets the plugin's
	// sockets and may write to them.
	EnvUnixSocketGroup = "PLUGIN_UNIX_SOCKET_GROUP"
)
