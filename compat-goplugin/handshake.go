package goplugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tenon-dev/tenon/compat-goplugin/internal/cert"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/line"
)

// hear waits for the plugin's answer, and learns from it how to connect.
func (s *starting) hear(ctx context.Context) error {
	s.client.log.Debug("waiting for the plugin's answer", "plugin", s.process.name)
	select {
	case text, ok := <-s.outputs.first:
		if !ok {
			return s.silent(ctx)
		}
		return s.answered(ctx, text)
	case <-s.process.ctx.Done():
		// The answer may have come in the same instant, but serves nobody any more.
		return s.silent(ctx)
	case <-ctx.Done():
		if errors.Is(context.Cause(ctx), errKilled) {
			return errKilled
		}
		return fmt.Errorf("timeout while waiting for plugin to start: %s did not answer within %v%s", s.process.name, s.client.config.StartTimeout, s.lastWords())
	}
}

// silent is the error for a plugin that said nothing on its standard output, and will
// not.
func (s *starting) silent(ctx context.Context) error {
	// Most likely it ends, and how it does says more.
	ended := waitFor(s.process.ctx.Done(), deathWait)
	text := "it closed its standard output without an answer"
	if ended {
		text = "plugin exited before we could connect"
		if c := s.client.config.Cmd; c != nil && c.ProcessState != nil {
			text += ": " + c.ProcessState.String()
		}
	}
	return fmt.Errorf("%s: %s%s%s", s.process.name, text, s.notes(ctx), s.lastWords())
}

// notes are what the Runner knows about the reasons, as further lines of an error.
func (s *starting) notes(ctx context.Context) string {
	if s.process.diagnose == nil {
		return ""
	}
	text := s.process.diagnose(ctx)
	if text == "" {
		return ""
	}
	return "\n" + text
}

// lastWords are the end of the plugin's standard error, as further lines of an error.
func (s *starting) lastWords() string {
	text := strings.TrimSpace(s.outputs.stderr.tail.Text())
	if text == "" {
		return ""
	}
	return "\nits standard error ends with:\n" + text
}

// answered reads the plugin's answer, and refuses what does not fit.
func (s *starting) answered(ctx context.Context, text string) error {
	cfg := &s.client.config
	answer, err := line.Parse(text)
	var refused *line.Error
	if errors.As(err, &refused) && refused.Reason == line.Unrecognised {
		return fmt.Errorf("unrecognized remote plugin message: %w; this is no plugin of this host, or it printed something before it served%s%s", err, s.notes(ctx), s.lastWords())
	}
	if err != nil {
		return err
	}
	l := s.link
	versions := cfg.versions()
	plugins, ok := versions[answer.Version]
	if !ok {
		return fmt.Errorf("incompatible API version with plugin: it has %d, this host has %v", answer.Version, sortedVersions(versions))
	}
	l.version, l.plugins = answer.Version, plugins
	l.protocol = Protocol(answer.Protocol)
	if !slices.Contains(cfg.AllowedProtocols, l.protocol) {
		return fmt.Errorf("unsupported plugin protocol %q: AllowedProtocols has %q", answer.Protocol, cfg.AllowedProtocols)
	}
	if answer.Certificate != nil {
		if l.tls == nil {
			return errors.New("the plugin answered with a certificate, and this host uses no TLS: set AutoMTLS or a TLSConfig")
		}
		if l.tls, err = cert.Trust(l.tls, answer.Certificate); err != nil {
			return err
		}
	}
	if cfg.GRPCBrokerMultiplex && l.protocol == ProtocolGRPC && (answer.Multiplex == nil || !*answer.Multiplex) {
		return ErrGRPCBrokerMuxNotSupported
	}
	network, address, err := s.process.PluginToHost(answer.Network, answer.Address)
	if err != nil {
		return err
	}
	l.addr, err = resolve(network, address)
	return err
}
