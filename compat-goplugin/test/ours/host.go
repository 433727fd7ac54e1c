package ours

import (
	"crypto/sha256"
	"net"

	plugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
)

// Handshake is what both sides have.
var Handshake = plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: contract.CookieKey, MagicCookieValue: contract.CookieValue}

// A Client is a contract.Client of this library.
type Client struct{ *plugin.Client }

// New makes a client.
func New(h contract.Host) contract.Client {
	cfg := &plugin.ClientConfig{
		HandshakeConfig: Handshake,
		Plugins:         plugin.PluginSet{"svc": Fixture{Version: 1}},
		Cmd:             h.Cmd,
		AutoMTLS:        h.AutoMTLS, GRPCBrokerMultiplex: h.Multiplex, Managed: h.Managed, SkipHostEnv: h.SkipHostEnv,
		Stderr: h.Stderr, SyncStdout: h.SyncStdout, SyncStderr: h.SyncStderr, Logger: h.Logger,
		StartTimeout: h.Timeout,
	}
	if h.GRPC {
		cfg.AllowedProtocols = []plugin.Protocol{plugin.ProtocolNetRPC, plugin.ProtocolGRPC}
	}
	if h.Versions != nil {
		cfg.Plugins, cfg.ProtocolVersion = nil, 0
		cfg.VersionedPlugins = map[int]plugin.PluginSet{}
		for _, v := range h.Versions {
			cfg.VersionedPlugins[v] = plugin.PluginSet{"svc": Fixture{Version: v}}
		}
	}
	if h.TLS {
		cfg.TLSConfig = contract.ClientTLS()
	}
	if h.SHA256 != nil {
		cfg.SecureConfig = &plugin.SecureConfig{Checksum: h.SHA256, Hash: sha256.New()}
	}
	if r := h.Reattach; r != nil {
		cfg.Reattach = &plugin.ReattachConfig{Protocol: plugin.Protocol(r.Protocol), ProtocolVersion: r.Version, Pid: r.Pid, Test: r.Test}
		switch r.Network {
		case "unix":
			cfg.Reattach.Addr = &net.UnixAddr{Name: r.Address, Net: "unix"}
		default:
			cfg.Reattach.Addr, _ = net.ResolveTCPAddr("tcp", r.Address)
		}
	}
	return Client{plugin.NewClient(cfg)}
}

// Cleanup kills the managed plugins.
func Cleanup() { plugin.CleanupClients() }

// Dispense returns the service.
func (c Client) Dispense(name string) (contract.Service, error) {
	p, err := c.Client.Client()
	if err != nil {
		return nil, err
	}
	v, err := p.Dispense(name)
	if err != nil {
		return nil, err
	}
	return v.(contract.Service), nil
}

// Ping pings.
func (c Client) Ping() error {
	p, err := c.Client.Client()
	if err != nil {
		return err
	}
	return p.Ping()
}

// Close closes the connection.
func (c Client) Close() error {
	p, err := c.Client.Client()
	if err != nil {
		return err
	}
	return p.Close()
}

// Start starts.
func (c Client) Start() error {
	_, err := c.Client.Start()
	return err
}

// Protocol is the protocol.
func (c Client) Protocol() string { return string(c.Client.Protocol()) }

// Version is the negotiated version.
func (c Client) Version() int { return c.NegotiatedVersion() }

// Reattach is the ReattachConfig.
func (c Client) Reattach() *contract.Reattach {
	r := c.ReattachConfig()
	if r == nil {
		return nil
	}
	return neutral(r)
}

func neutral(r *plugin.ReattachConfig) *contract.Reattach {
	return &contract.Reattach{
		Protocol: string(r.Protocol), Version: r.ProtocolVersion, Network: r.Addr.Network(), Address: r.Addr.String(), Pid: r.Pid, Test: r.Test,
	}
}
