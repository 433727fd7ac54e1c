package goplugin

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/hashicorp/go-hclog"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/mux"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/wire"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"
)

// DefaultGRPCServer makes a server with the given options and no others, for
// [ServeConfig.GRPCServer].
func DefaultGRPCServer(opts []grpc.ServerOption) *grpc.Server {
	return grpc.NewServer(opts...)
}

// GRPCServer is the plugin's side of gRPC. Its exported fields are set before Init, and
// not touched afterwards.
type GRPCServer struct {
	// Plugins are registered by Init. Each one must be a [GRPCPlugin].
	Plugins map[string]Plugin

	// Server makes the gRPC server, such as [DefaultGRPCServer].
	Server func([]grpc.ServerOption) *grpc.Server

	// TLS, if set, secures the connections.
	TLS *tls.Config

	// DoneCh, if set, is closed when Serve has ended.
	DoneCh chan struct{}

	// Stdout and Stderr are what a host gets as the plugin's output.
	Stdout io.Reader
	Stderr io.Reader

	config   GRPCServerConfig
	server   *grpc.Server
	hub      *brokerHub
	broker   *GRPCBroker
	stopping context.Context // done when the server is about to end
	stop     func()
	shutdown sync.WaitGroup
	running  sync.WaitGroup

	logger hclog.Logger
	mux    *mux.Mux
}

// GRPCServerConfig is what [GRPCServer.Config] returns. Nothing uses it.
type GRPCServerConfig struct {
	StdoutAddr string `json:"stdout_addr"`
	StderrAddr string `json:"stderr_addr"`
}

// Init makes the server and registers the plugins and this library's own services on
// it.
func (s *GRPCServer) Init() error {
	if s.logger == nil {
		s.logger = hclog.NewNullLogger()
	}
	var opts []grpc.ServerOption
	if s.TLS != nil {
		opts = append(opts, grpc.Creds(credentials.NewTLS(s.TLS)))
	}
	s.server = s.Server(opts)
	s.stopping, s.stop = context.WithCancel(context.Background())

	status := health.NewServer()
	status.SetServingStatus(GRPCServiceName, grpc_health_v1.HealthCheckResponse_SERVING)
	grpc_health_v1.RegisterHealthServer(s.server, status)
	reflection.Register(s.server)

	s.hub = newBrokerHub()
	wire.RegisterBroker(s.server, s.hub.serve)
	s.broker = newGRPCBroker(s.hub, s.TLS, unixSocketConfigFromEnv(), nil, s.mux)
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		s.broker.Run()
	}()
	wire.RegisterController(s.server, s.endSoon)
	stdout, stderr := newSpool(s.Stdout), newSpool(s.Stderr)
	wire.RegisterStdio(s.server, func(ctx context.Context, send func(wire.StdioData) error) error {
		return s.sendOutput(ctx, stdout, stderr, send)
	})

	for name, p := range s.Plugins {
		g, ok := p.(GRPCPlugin)
		if !ok {
			s.endBroker()
			return fmt.Errorf("the plugin %q has no gRPC side: a %T is no GRPCPlugin", name, p)
		}
		if err := g.GRPCServer(s.broker, s.server); err != nil {
			s.endBroker()
			return fmt.Errorf("register the plugin %q: %w", name, err)
		}
	}
	return nil
}

// Serve serves the connections of a listener until the server is stopped or the
// listener is closed. Then it closes DoneCh.
func (s *GRPCServer) Serve(lis net.Listener) {
	if s.DoneCh != nil {
		defer close(s.DoneCh)
	}
	if err := s.server.Serve(lis); err != nil {
		s.logger.Error("the gRPC server has ended", "error", err)
	}
	s.shutdown.Wait()
	if s.mux != nil {
		s.mux.Close()
	}
}

// Stop ends the server at once, and its broker.
func (s *GRPCServer) Stop() {
	s.stop()
	s.server.Stop()
	s.endBroker()
}

// GracefulStop ends the server when all calls have ended, and its broker.
func (s *GRPCServer) GracefulStop() {
	s.stop() // the streams of this library would never end by themselves
	s.hub.close()
	s.server.GracefulStop()
	s.endBroker()
}

// endBroker ends the broker and waits for its goroutines, but for those of streams,
// which end with the server.
func (s *GRPCServer) endBroker() {
	s.broker.Close()
	s.running.Wait()
}

// endSoon ends the server after the call in which the host asked for it.
func (s *GRPCServer) endSoon() {
	if s.stopping.Err() != nil {
		return
	}
	s.stop()
	s.hub.close()
	s.shutdown.Add(1)
	go func() {
		defer s.shutdown.Done()
		stopGracefully(s.server)
		s.endBroker()
	}()
}

// Config returns a [GRPCServerConfig] as JSON.
func (s *GRPCServer) Config() string {
	text, err := json.Marshal(s.config)
	if err != nil {
		return "" // two strings can always be encoded
	}
	return string(text) + "\n"
}
