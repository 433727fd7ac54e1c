package goplugin

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/tenon-dev/tenon/compat-goplugin/internal/cert"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/line"
)

// What a plugin and its host have agreed on.
type negotiated struct {
	number   int
	protocol Protocol
	plugins  PluginSet
}

// negotiate chooses the highest version that both have; where there is none, the
// plugin's lowest one, and the host says what it thinks of that.
func negotiate(opts *ServeConfig) negotiated {
	all := versioned(opts.VersionedPlugins, int(opts.ProtocolVersion), opts.Plugins, true)
	host := make(map[int]bool)
	for text := range strings.SplitSeq(os.Getenv(line.EnvVersions), ",") {
		if v, err := strconv.Atoi(text); err == nil {
			host[v] = true
		}
	}
	n := negotiated{number: int(opts.ProtocolVersion), protocol: ProtocolNetRPC, plugins: opts.Plugins}
	for _, v := range sortedVersions(all) {
		n = negotiated{number: v, protocol: opts.protocolOf(all[v]), plugins: all[v]}
		if host[v] {
			break
		}
	}
	return n
}

// protocolOf returns what the plugins of a set can all be served by.
func (opts *ServeConfig) protocolOf(set PluginSet) Protocol {
	if opts.GRPCServer == nil || len(set) == 0 {
		return ProtocolNetRPC
	}
	for _, p := range set {
		if _, ok := p.(GRPCPlugin); !ok {
			return ProtocolNetRPC
		}
	}
	return ProtocolGRPC
}

// wantsMultiplex reports whether the host wants to share one connection.
func wantsMultiplex() bool {
	want, err := strconv.ParseBool(os.Getenv(line.EnvMultiplex))
	return err == nil && want
}

// A tlsPair is what secures the connection; nil for nothing.
type tlsPair tls.Config

func (p *tlsPair) config() *tls.Config { return (*tls.Config)(p) }

func (p *tlsPair) listener(l net.Listener) net.Listener {
	if p == nil {
		return l
	}
	return tls.NewListener(l, p.config())
}

// secure returns what secures the connection, and the certificate that the host is to
// know the plugin by.
func (s *serving) secure() (*tlsPair, []byte, error) {
	if s.opts.TLSProvider != nil {
		config, err := s.opts.TLSProvider()
		if err != nil {
			return nil, nil, fmt.Errorf("the plugin's TLSProvider: %w", err)
		}
		if config != nil {
			return (*tlsPair)(config), nil, nil
		}
	}
	hostCert := os.Getenv(line.EnvClientCert)
	if hostCert == "" {
		return nil, nil, nil
	}
	host := x509.NewCertPool()
	if !host.AppendCertsFromPEM([]byte(hostCert)) {
		return nil, nil, errors.New("the host's certificate, in " + line.EnvClientCert + ", cannot be read")
	}
	pair, err := cert.New()
	if err != nil {
		return nil, nil, err
	}
	return (*tlsPair)(pair.Config(host)), pair.TLS.Certificate[0], nil
}

// answer tells the host on standard output how to connect.
func (s *serving) answer(addr net.Addr, certificate []byte) error {
	l := line.Line{
		Version: s.version.number, Network: addr.Network(), Address: addr.String(),
		Protocol: string(s.version.protocol), Certificate: certificate,
	}
	// Old hosts take a seventh field for a part of the sixth.
	if os.Getenv(line.EnvMultiplex) != "" {
		yes := true
		l.Multiplex = &yes
	}
	if _, err := os.Stdout.WriteString(l.String() + "\n"); err != nil {
		return fmt.Errorf("answer the host on standard output: %w", err)
	}
	return nil
}
