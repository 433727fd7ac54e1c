package bridge

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"

	goplugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/cert"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/line"
	"github.com/tenon-dev/tenon/compat-goplugin/runner"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

// Name is what the dialect is called in tenon.Info.
const Name = "go-plugin"

// Dialect returns the handshake of go-plugin for tenon.ClientConfig.Dialects. Of config,
// it uses what says how to speak with a plugin that runs: the cookie, the plugins and
// their versions, the protocols, TLSConfig or AutoMTLS, and the writers. How it is
// started is the tenon.Client's affair. GRPCBrokerMultiplex is not supported.
//
// What the client dispenses is what the plugin's Client or GRPCClient returns.
func Dialect(config *goplugin.ClientConfig) (tenon.Dialect, error) {
	switch {
	case config.MagicCookieKey == "" || config.MagicCookieValue == "":
		return tenon.Dialect{}, errors.New("bridge: the configuration has no magic cookie: give it the plugin's HandshakeConfig")
	case config.GRPCBrokerMultiplex:
		return tenon.Dialect{}, errors.New("bridge: GRPCBrokerMultiplex does not work through a dialect: leave it unset")
	}
	d := &dialect{config: *config, tls: config.TLSConfig, versions: map[int]goplugin.PluginSet{}}
	for v, set := range config.VersionedPlugins {
		d.versions[v] = set
	}
	if _, given := d.versions[int(config.ProtocolVersion)]; !given && config.Plugins != nil {
		d.versions[int(config.ProtocolVersion)] = config.Plugins
	}
	if d.config.AllowedProtocols == nil {
		d.config.AllowedProtocols = []goplugin.Protocol{goplugin.ProtocolNetRPC}
	}
	offer := line.Offer{
		CookieKey: config.MagicCookieKey, CookieValue: config.MagicCookieValue,
		MinPort: config.MinPort, MaxPort: config.MaxPort,
	}
	if offer.MinPort == 0 && offer.MaxPort == 0 {
		offer.MinPort, offer.MaxPort = 10000, 25000
	}
	for v := range d.versions {
		offer.Versions = append(offer.Versions, v)
	}
	if config.AutoMTLS {
		pair, err := cert.New()
		if err != nil {
			return tenon.Dialect{}, fmt.Errorf("bridge: %w", err)
		}
		d.tls, offer.Certificate = pair.Config(nil), pair.PEM()
	}
	return tenon.Dialect{Name: Name, Env: offer.Environ(), Match: match, Connect: d.connect}, nil
}

// match reports whether a line is an answer of go-plugin's form. What is wrong with an
// answer is said by connect. Another number in front of four fields is not go-plugin's,
// but Packer's.
func match(text []byte) bool {
	_, err := line.Parse(string(text))
	var refused *line.Error
	return err == nil || errors.As(err, &refused) && refused.Reason == line.WrongCore && bytes.Count(text, []byte("|")) > 3
}

type dialect struct {
	config   goplugin.ClientConfig
	tls      *tls.Config
	versions map[int]goplugin.PluginSet
}

func (d *dialect) connect(ctx context.Context, text []byte, process launch.Process) (tenon.Foreign, error) {
	answer, err := line.Parse(string(text))
	if err != nil {
		return nil, err
	}
	plugins, ok := d.versions[answer.Version]
	if !ok {
		return nil, fmt.Errorf("incompatible API version with plugin: it has %d, this host has none of that number", answer.Version)
	}
	protocol := goplugin.Protocol(answer.Protocol)
	if !slices.Contains(d.config.AllowedProtocols, protocol) {
		return nil, fmt.Errorf("unsupported plugin protocol %q: AllowedProtocols has %q", answer.Protocol, d.config.AllowedProtocols)
	}
	secure := d.tls
	if answer.Certificate != nil {
		if secure == nil {
			return nil, errors.New("the plugin answered with a certificate, and this host uses no TLS: set AutoMTLS or a TLSConfig")
		}
		if secure, err = cert.Trust(secure, answer.Certificate); err != nil {
			return nil, err
		}
	}
	addr, err := resolve(answer.Network, answer.Address)
	if err != nil {
		return nil, err
	}
	cfg := d.config
	cfg.Cmd, cfg.RunnerFunc, cfg.SecureConfig, cfg.Managed, cfg.AutoMTLS = nil, nil, nil, false, false
	cfg.Plugins, cfg.VersionedPlugins, cfg.TLSConfig = plugins, nil, secure
	cfg.Reattach = &goplugin.ReattachConfig{
		Protocol: protocol, ProtocolVersion: answer.Version, Addr: addr,
		ReattachFunc: func() (runner.AttachedRunner, error) { return attached{process}, nil },
	}
	return newForeign(ctx, goplugin.NewClient(&cfg), process)
}

// resolve makes an address of what a plugin announces.
func resolve(network, address string) (net.Addr, error) {
	switch network {
	case "unix":
		return net.ResolveUnixAddr(network, address)
	case "tcp":
		return net.ResolveTCPAddr(network, address)
	}
	return nil, fmt.Errorf("the plugin named the network %q; known are tcp and unix", network)
}

// attached is a process of the tenon.Client's, which ends it, as a go-plugin client sees
// it.
type attached struct{ process launch.Process }

func (a attached) Wait(ctx context.Context) error {
	select {
	case <-a.process.Done():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a attached) Kill(context.Context) error { return a.process.Kill() }

// Lent says that the process is not the go-plugin client's to end.
func (attached) Lent() bool { return true }

func (a attached) ID() string { return fmt.Sprint(a.process.Info().PID) }

func (attached) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

func (attached) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}
