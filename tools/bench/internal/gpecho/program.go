package gpecho

import (
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
)

// Serve is the plugin, with one protocol: it serves until the host stops it.
func Serve(protocol plugin.Protocol) {
	cfg := &plugin.ServeConfig{
		HandshakeConfig: handshake(),
		Plugins:         plugins(),
		Logger:          hclog.NewNullLogger(),
	}
	if protocol == plugin.ProtocolGRPC {
		cfg.GRPCServer = plugin.DefaultGRPCServer
	}
	plugin.Serve(cfg)
}

const pluginName = "echo"

func handshake() plugin.HandshakeConfig {
	return plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "BENCH_GOPLUGIN", MagicCookieValue: "9b3c7a52"}
}

func plugins() plugin.PluginSet { return plugin.PluginSet{pluginName: &echoPlugin{}} }
