package ours

import (
	"context"
	"fmt"
	"net/rpc"
	"os"

	"github.com/hashicorp/go-hclog"
	plugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
	"google.golang.org/grpc"
)

// Serve serves as cfg says.
func Serve(cfg contract.Plugin) {
	opts := Config(cfg)
	fmt.Print(cfg.Before)
	plugin.Serve(opts)
}

// Config is what Serve serves.
func Config(cfg contract.Plugin) *plugin.ServeConfig {
	var own plugin.Plugin = NetFixture{Fixture{Version: 1}}
	opts := &plugin.ServeConfig{HandshakeConfig: Handshake}
	if cfg.GRPC {
		own = BareFixture{Fixture: Fixture{Version: 1}}
		opts.GRPCServer = plugin.DefaultGRPCServer
	}
	if cfg.Versions == nil {
		opts.Plugins = plugin.PluginSet{"svc": own}
	} else {
		opts.ProtocolVersion = 0
		opts.VersionedPlugins = map[int]plugin.PluginSet{}
		for _, v := range cfg.Versions {
			if cfg.GRPC {
				opts.VersionedPlugins[v] = plugin.PluginSet{"svc": Fixture{Version: v}}
			} else {
				opts.VersionedPlugins[v] = plugin.PluginSet{"svc": NetFixture{Fixture{Version: v}}}
			}
		}
	}
	if cfg.TLS {
		opts.TLSProvider = contract.ServerTLS
	}
	if cfg.LogFile != "" {
		file, err := os.OpenFile(cfg.LogFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			panic(err)
		}
		opts.Logger = hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: file})
	}
	return opts
}

// ServeTest serves in this process.
func ServeTest(ctx context.Context, cfg contract.Plugin, stdio bool) (*contract.Reattach, <-chan struct{}) {
	opts := Config(cfg)
	ch, closed := make(chan *plugin.ReattachConfig, 1), make(chan struct{})
	opts.Test = &plugin.ServeTestConfig{Context: ctx, ReattachConfigCh: ch, CloseCh: closed, SyncStdio: stdio}
	go plugin.Serve(opts)
	select {
	case r := <-ch:
		return neutral(r), closed
	case <-closed:
		return nil, closed
	}
}

// A BareFixture is a Fixture whose net/rpc side is a nil interface, as some programs
// have it.
type BareFixture struct {
	plugin.Plugin
	Fixture Fixture
}

// GRPCServer is plugin.GRPCPlugin's.
func (f BareFixture) GRPCServer(b *plugin.GRPCBroker, s *grpc.Server) error {
	return f.Fixture.GRPCServer(b, s)
}

// GRPCClient is plugin.GRPCPlugin's.
func (f BareFixture) GRPCClient(ctx context.Context, b *plugin.GRPCBroker, conn *grpc.ClientConn) (interface{}, error) {
	return f.Fixture.GRPCClient(ctx, b, conn)
}

// A NetFixture is a Fixture that has no gRPC side.
type NetFixture struct{ net Fixture }

// Server is plugin.Plugin's.
func (f NetFixture) Server(b *plugin.MuxBroker) (interface{}, error) { return f.net.Server(b) }

// Client is plugin.Plugin's.
func (f NetFixture) Client(b *plugin.MuxBroker, c *rpc.Client) (interface{}, error) {
	return f.net.Client(b, c)
}

// A Fixture is the plugin, on both sides and over both protocols.
type Fixture struct{ Version int }

// Server is plugin.Plugin's.
func (f Fixture) Server(b *plugin.MuxBroker) (interface{}, error) {
	return &NetServer{b, f.Version}, nil
}

// Client is plugin.Plugin's.
func (f Fixture) Client(b *plugin.MuxBroker, c *rpc.Client) (interface{}, error) {
	return &netClient{b, c}, nil
}

// GRPCServer is plugin.GRPCPlugin's.
func (f Fixture) GRPCServer(b *plugin.GRPCBroker, s *grpc.Server) error {
	register(s, &grpcServer{b, f.Version})
	return nil
}

// GRPCClient is plugin.GRPCPlugin's.
func (f Fixture) GRPCClient(ctx context.Context, b *plugin.GRPCBroker, conn *grpc.ClientConn) (interface{}, error) {
	return &grpcClient{ctx, b, conn}, nil
}
