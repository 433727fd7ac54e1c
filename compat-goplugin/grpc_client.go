package goplugin

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/hashicorp/go-hclog"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/mux"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/wire"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// GRPCClient is the host's side of a gRPC plugin.
type GRPCClient struct {
	// Conn is the connection to the plugin. Others may use it, and must not close it.
	Conn *grpc.ClientConn

	// Plugins is what can be dispensed, in the version that was negotiated.
	Plugins map[string]Plugin

	doneCtx context.Context
	broker  *GRPCBroker
	hub     *brokerHub
	cancel  context.CancelFunc // ends the broker's and the stdio stream
	mux     *mux.Mux
	running sync.WaitGroup
	printed chan struct{} // closed when the plugin's output has ended

	brokering chan struct{} // closed when the broker's stream has ended, as it does with the plugin
	close     func() error
	hangUp    func() error
}

// newGRPCClient connects to a plugin that was started. ctx bounds the connecting.
func newGRPCClient(ctx context.Context, c *Client, l *link) (*GRPCClient, error) {
	var shared *mux.Mux
	dial := l.dial
	if c.config.GRPCBrokerMultiplex {
		conn, err := l.dial(ctx)
		if err != nil {
			return nil, err
		}
		if shared, err = mux.Host(conn, c.yamuxLog()); err != nil {
			return nil, err
		}
		dial = muxDialer(shared)
	}
	conn, err := dialGRPC(l.tls, dial, c.config.GRPCDialOptions)
	if err != nil {
		if shared != nil {
			shared.Close()
		}
		return nil, err
	}
	hub := newBrokerHub()
	streams, cancel := context.WithCancel(l.ctx)
	g := &GRPCClient{
		Conn:    conn,
		Plugins: l.plugins,
		doneCtx: l.ctx,
		hub:     hub,
		broker:  newGRPCBroker(hub, l.tls, l.sockets, l.translate, shared),
		cancel:  cancel,
		mux:     shared,
		printed: make(chan struct{}),

		brokering: make(chan struct{}),
	}
	g.close = sync.OnceValue(g.shutdown)
	g.hangUp = sync.OnceValue(g.disconnect)

	log := c.config.Logger.Named("stdio")
	// Asking for the output waits until the connection stands or cannot be made.
	abort := context.AfterFunc(ctx, cancel)
	stdio, err := wire.OpenStdio(streams, conn)
	if !abort() && err == nil {
		err = ctx.Err()
	}
	switch status.Code(err) {
	case codes.OK:
		go func() {
			defer close(g.printed)
			copyStdio(log, stdio, c.config.SyncStdout, c.config.SyncStderr)
		}()
	case codes.Unavailable, codes.Unimplemented:
		close(g.printed)
		log.Warn("the plugin has no stdio service: what it prints is not seen", "error", err)
	default:
		close(g.printed)
		g.hangUp()
		return nil, fmt.Errorf("ask the plugin for its output: %w", err)
	}
	g.run(g.broker.Run)
	g.run(func() {
		defer close(g.brokering)
		if s, err := wire.OpenBroker(streams, conn); err == nil {
			hub.serve(s)
		}
	})
	return g, nil
}

func (c *GRPCClient) run(f func()) {
	c.running.Add(1)
	go func() {
		defer c.running.Done()
		f()
	}()
}

// Close asks the plugin to end, waits up to five seconds for its answer, and closes
// the connection and the broker. Calling it again returns the same.
func (c *GRPCClient) Close() error { return c.close() }

func (c *GRPCClient) shutdown() error {
	c.broker.Close()
	ctx, cancel := context.WithTimeout(c.doneCtx, shutdownWait)
	defer cancel()
	// Most plugins are gone before they have answered.
	if wire.Shutdown(ctx, c.Conn) == nil {
		waitFor(c.printed, outputWait) // it sends the rest of its output before it ends
	}
	return c.hangUp()
}

// disconnect closes the connection without asking the plugin for anything.
func (c *GRPCClient) disconnect() error {
	c.broker.Close()
	c.cancel()
	err := c.Conn.Close()
	if c.mux != nil {
		c.mux.Close()
	}
	waitFor(c.printed, outputWait)
	c.running.Wait()
	c.hub.join()
	return err
}

// Dispense returns a new client of the plugin with that name, as its GRPCClient makes
// it.
func (c *GRPCClient) Dispense(name string) (interface{}, error) {
	p, ok := c.Plugins[name]
	if !ok {
		return nil, unknownPlugin(name)
	}
	g, ok := p.(GRPCPlugin)
	if !ok {
		return nil, fmt.Errorf("the plugin %q has no gRPC side: a %T is no GRPCPlugin", name, p)
	}
	return g.GRPCClient(c.doneCtx, c.broker, c.Conn)
}

// Ping asks the plugin's health service for a sign of life. The error is gRPC's own.
func (c *GRPCClient) Ping() error {
	_, err := grpc_health_v1.NewHealthClient(c.Conn).Check(context.Background(), &grpc_health_v1.HealthCheckRequest{Service: GRPCServiceName})
	return err
}

// copyStdio copies the plugin's output until the stream ends.
func copyStdio(log hclog.Logger, from *wire.StdioReader, stdout, stderr io.Writer) {
	for {
		piece, err := from.Recv()
		if err != nil {
			switch {
			case err == io.EOF:
			case status.Code(err) == codes.Unavailable, status.Code(err) == codes.Canceled, status.Code(err) == codes.Unimplemented:
				log.Debug("the plugin's output has ended", "error", err)
			default:
				log.Error("the plugin's output can no longer be read", "error", err)
			}
			return
		}
		to := stdout
		switch piece.Channel {
		case wire.Stdout:
		case wire.Stderr:
			to = stderr
		default:
			log.Warn("the plugin sent output on an unknown channel, it is dropped", "channel", int(piece.Channel))
			continue
		}
		if _, err := to.Write(piece.Data); err != nil {
			log.Error("the plugin's output could not be written", "error", err)
		}
	}
}
