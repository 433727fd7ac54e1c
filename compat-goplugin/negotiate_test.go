package goplugin

import (
	"testing"

	"github.com/tenon-dev/tenon/compat-goplugin/internal/line"
)

type grpcOnly struct {
	GRPCPlugin
	NetRPCUnsupportedPlugin
}

func TestNegotiate(t *testing.T) {
	set := func(p Plugin) PluginSet { return PluginSet{"p": p} }
	netrpc, grpc := set(NetRPCUnsupportedPlugin{}), set(grpcOnly{})
	tests := []struct {
		name, host string
		opts       ServeConfig
		number     int
		protocol   Protocol
	}{
		{"an old host", "", ServeConfig{HandshakeConfig: HandshakeConfig{ProtocolVersion: 4}, Plugins: netrpc}, 4, ProtocolNetRPC},
		{"the lowest for an old host", "", ServeConfig{VersionedPlugins: map[int]PluginSet{5: grpc, 6: grpc}, GRPCServer: DefaultGRPCServer}, 5, ProtocolGRPC},
		{"the highest of both", "3,4,5", ServeConfig{VersionedPlugins: map[int]PluginSet{4: netrpc, 5: grpc, 6: grpc}, GRPCServer: DefaultGRPCServer}, 5, ProtocolGRPC},
		{"each set has its protocol", "4", ServeConfig{VersionedPlugins: map[int]PluginSet{4: netrpc, 5: grpc}, GRPCServer: DefaultGRPCServer}, 4, ProtocolNetRPC},
		{"version 0", "0", ServeConfig{VersionedPlugins: map[int]PluginSet{0: grpc}, GRPCServer: DefaultGRPCServer}, 0, ProtocolGRPC},
		{"no server for gRPC", "1", ServeConfig{VersionedPlugins: map[int]PluginSet{1: grpc}}, 1, ProtocolNetRPC},
		{"garbage", "x,,2;3,-", ServeConfig{VersionedPlugins: map[int]PluginSet{2: netrpc, 3: netrpc}}, 2, ProtocolNetRPC},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(line.EnvVersions, test.host)
			if got := negotiate(&test.opts); got.number != test.number || got.protocol != test.protocol {
				t.Errorf("got version %d, %s", got.number, got.protocol)
			}
		})
	}
}
