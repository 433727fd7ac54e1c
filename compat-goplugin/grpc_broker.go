package goplugin

import (
	"context"
	"crypto/tls"
	"fmt"
	"log"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenon-dev/tenon/compat-goplugin/internal/meet"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/mux"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/wire"
	"github.com/tenon-dev/tenon/compat-goplugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// A GRPCBroker makes further gRPC connections between a host and its plugin, each
// known by a number that one side chooses with NextId and tells the other one in a
// call. All methods may be called concurrently. The mutex is not used by this package.
type GRPCBroker struct {
	sync.Mutex
	_ [0]func() // not comparable, as the original is not

	nextID    atomic.Uint32
	hub       *brokerHub
	tls       *tls.Config
	sockets   UnixSocketConfig
	translate runner.AddrTranslator // nil in a plugin
	mux       *mux.Mux              // nil: every connection has a listener of its own

	done    chan struct{}
	once    sync.Once
	infos   *meet.Point[wire.ConnInfo] // where the other side listens, and its answers to our knocks
	knocks  *meet.Point[struct{}]      // the other side's knocks
	dialing sync.Mutex                 // held between a knock and the opening of its stream
	serving sync.WaitGroup             // what Accept started
}

func newGRPCBroker(hub *brokerHub, tls *tls.Config, sockets UnixSocketConfig, translate runner.AddrTranslator, m *mux.Mux) *GRPCBroker {
	return &GRPCBroker{
		hub: hub, tls: tls, sockets: sockets, translate: translate, mux: m,
		done:   make(chan struct{}),
		infos:  meet.New(infoLimit, func(wire.ConnInfo) {}),
		knocks: meet.New(infoLimit, func(struct{}) {}),
	}
}

const (
	// addressLimit is how long, in bytes, an address may be that the other side names,
	// or the reason for which it refuses.
	addressLimit = 4096

	// infoLimit bounds how many messages of the other side wait for somebody here.
	infoLimit = 1024
)

// Run passes on what the other side says until the broker is closed. The package calls
// it; users of a broker need not.
func (b *GRPCBroker) Run() {
	for {
		info, err := b.hub.recv()
		if err != nil {
			return
		}
		switch {
		case info.Knock != nil && info.Knock.Knock && !info.Knock.Ack:
			b.knocks.Put(info.ServiceID, struct{}{})
		case len(info.Network)+len(info.Address) > addressLimit:
		case info.Knock != nil && len(info.Knock.Error) > addressLimit:
		default:
			b.infos.Put(info.ServiceID, info)
		}
	}
}

// NextId returns a number that this side has not used yet.
func (b *GRPCBroker) NextId() uint32 { return b.nextID.Add(1) }

// Accept returns a listener for the connection id, and tells the other side of it, who
// should dial within five seconds. Closing it is up to the caller.
func (b *GRPCBroker) Accept(id uint32) (net.Listener, error) {
	if b.mux != nil {
		return b.acceptKnocks(id), nil
	}
	l, err := newListener(b.sockets)
	if err != nil {
		return nil, err
	}
	network, address := l.Addr().Network(), l.Addr().String()
	if b.translate != nil {
		if network, address, err = b.translate.HostToPlugin(network, address); err != nil {
			l.Close()
			return nil, err
		}
	}
	if err := b.hub.send(wire.ConnInfo{ServiceID: id, Network: network, Address: address}); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// AcceptAndServe accepts id and serves on it, until the server is stopped or the broker
// is closed. newGRPCServer makes the server, with the options that it is given and its
// own, and registers services on it. Errors are logged.
func (b *GRPCBroker) AcceptAndServe(id uint32, newGRPCServer func([]grpc.ServerOption) *grpc.Server) {
	l, err := b.Accept(id)
	if err != nil {
		log.Printf("[ERR] plugin: accept the brokered connection %d: %v", id, err)
		return
	}
	defer l.Close()
	var opts []grpc.ServerOption
	if b.tls != nil {
		opts = []grpc.ServerOption{grpc.Creds(credentials.NewTLS(b.tls))}
	}
	server := newGRPCServer(opts)
	ended, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-b.done:
			stopGracefully(server)
		case <-ended:
		}
	}()
	server.Serve(l) // its error says that it was stopped, or that the listener was closed
	close(ended)
	<-watched
}

// Dial connects to what the other side accepts, or will accept within five seconds, as
// id.
func (b *GRPCBroker) Dial(id uint32) (conn *grpc.ClientConn, err error) {
	return b.DialWithOptions(id)
}

// DialWithOptions is Dial with further options.
func (b *GRPCBroker) DialWithOptions(id uint32, opts ...grpc.DialOption) (conn *grpc.ClientConn, err error) {
	if b.mux != nil {
		return dialGRPC(b.tls, func(ctx context.Context) (net.Conn, error) { return b.knock(ctx, id) }, opts)
	}
	info, err := b.infos.Take(context.Background(), id)
	if err != nil {
		return nil, fmt.Errorf("timeout waiting for connection info: nobody accepts the brokered connection %d: %w", id, err)
	}
	network, address := info.Network, info.Address
	if b.translate != nil {
		if network, address, err = b.translate.PluginToHost(network, address); err != nil {
			return nil, err
		}
	}
	addr, err := resolve(network, address)
	if err != nil {
		return nil, err
	}
	return dialGRPC(b.tls, func(ctx context.Context) (net.Conn, error) { return dialAddr(ctx, addr) }, opts)
}

// Close ends all that the broker serves, and its waiting. Calling it again is fine.
func (b *GRPCBroker) Close() error {
	b.once.Do(func() {
		close(b.done)
		b.hub.close()
		b.infos.Close()
		b.knocks.Close()
	})
	b.serving.Wait()
	return nil
}

// graceWait bounds how long a server may take to end its calls.
const graceWait = 2 * time.Second

// stopGracefully lets the calls of a server end, for graceWait at most.
func stopGracefully(server *grpc.Server) {
	timer := time.NewTimer(graceWait)
	defer timer.Stop()
	graceful := make(chan struct{})
	go func() {
		defer close(graceful)
		server.GracefulStop()
	}()
	select {
	case <-graceful:
	case <-timer.C:
		server.Stop()
		<-graceful
	}
}
