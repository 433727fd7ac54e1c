package goplugin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/mux"
)

// Serve is the main function of a plugin: it answers the host that started the process,
// and serves until the host asks it to end. A process that no host started is told so,
// and exits with code 1.
//
// os.Stdout and os.Stderr lead to the host's SyncStdout and SyncStderr from then on, and
// an interrupt is not obeyed: it is the host's to end its plugins.
func Serve(opts *ServeConfig) {
	if opts.Test != nil {
		if opts.Test.CloseCh != nil {
			defer close(opts.Test.CloseCh)
		}
	} else if text := opts.invalid(); text != "" {
		fmt.Fprintln(os.Stderr, text)
		os.Exit(1)
	}
	log := opts.Logger
	if log == nil {
		log = hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: os.Stderr, JSONFormat: true})
	}
	s := &serving{opts: opts, log: log, version: negotiate(opts)}
	if err := s.run(); err != nil {
		log.Error("the plugin cannot serve", "error", err)
	}
}

// invalid says why the plugin cannot serve this host; "" if it can.
func (opts *ServeConfig) invalid() string {
	switch {
	case opts.MagicCookieKey == "" || opts.MagicCookieValue == "":
		return "This plugin is not complete: its ServeConfig has no magic cookie. Please tell its author."
	case os.Getenv(opts.MagicCookieKey) != opts.MagicCookieValue:
		return "This program is a plugin: another program starts it, and does so by itself once the\n" +
			"plugin is installed. It does nothing when it is started by hand."
	}
	return ""
}

// A serving is one run of Serve.
type serving struct {
	opts    *ServeConfig
	log     hclog.Logger
	version negotiated
	server  ServerProtocol
	done    chan struct{} // closed when the server has ended
	stdio   *stdio
}

func (s *serving) run() error {
	l, err := newListener(unixSocketConfigFromEnv())
	if err != nil {
		return fmt.Errorf("listen for the host: %w", err)
	}
	defer l.Close()
	addr := l.Addr()
	tls, certificate, err := s.secure()
	if err != nil {
		return err
	}
	if s.stdio, err = newStdio(); err != nil {
		return err
	}
	if s.opts.Test != nil {
		s.stdio.tee()
	}
	s.done = make(chan struct{})
	if l, err = s.protocol(l, tls); err != nil {
		return err
	}
	defer l.Close()
	if err := s.server.Init(); err != nil {
		return err
	}
	s.log.Debug("plugin address", "network", addr.Network(), "address", addr.String())
	ctx := context.Background()
	if s.opts.Test == nil {
		if err := s.answer(addr, certificate); err != nil {
			return err
		}
		defer swallowSignals(s.log)()
		s.stdio.divert()
	} else {
		if s.opts.Test.Context != nil {
			ctx = s.opts.Test.Context
		}
		defer s.stdio.restore()
		if s.opts.Test.SyncStdio {
			s.stdio.divert()
		}
		if !s.announce(ctx, addr) {
			l.Close()
			return nil
		}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.server.Serve(l)
	}()
	select {
	case <-s.done:
	case <-ctx.Done():
		if g, ok := s.server.(*GRPCServer); ok {
			g.Stop()
		} else {
			l.Close()
		}
		<-s.done
	}
	l.Close()
	<-ended
	if r, ok := s.server.(*RPCServer); ok {
		r.hangUp()
	}
	return nil
}

// announce tells a test how to attach, and reports whether it was heard.
func (s *serving) announce(ctx context.Context, addr net.Addr) bool {
	if s.opts.Test.ReattachConfigCh == nil {
		return true
	}
	r := &ReattachConfig{
		Protocol: s.version.protocol, ProtocolVersion: s.version.number,
		Addr: addr, Pid: os.Getpid(), Test: true,
	}
	select {
	case s.opts.Test.ReattachConfigCh <- r:
		return true
	case <-ctx.Done():
		return false
	}
}

// protocol makes the server for what was negotiated, and returns its listener.
func (s *serving) protocol(l net.Listener, secure *tlsPair) (net.Listener, error) {
	if s.version.protocol == ProtocolNetRPC {
		s.server = &RPCServer{Plugins: s.version.plugins, Stdout: s.stdio.stdout, Stderr: s.stdio.stderr, DoneCh: s.done}
		return secure.listener(l), nil
	}
	if s.opts.GRPCServer == nil {
		return nil, errors.New("the plugins are served over gRPC, and the ServeConfig has no GRPCServer")
	}
	g := &GRPCServer{
		Plugins: s.version.plugins, Server: s.opts.GRPCServer, TLS: secure.config(),
		Stdout: s.stdio.stdout, Stderr: s.stdio.stderr, DoneCh: s.done, logger: s.log,
	}
	s.server = g
	if !wantsMultiplex() {
		return l, nil
	}
	g.mux = mux.Plugin(l, standard(s.log.Named("yamux")))
	return g.mux.Main(), nil
}
