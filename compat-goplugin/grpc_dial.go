package goplugin

import (
	"context"
	"crypto/tls"
	"fmt"
	"math"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// dialGRPC makes a gRPC connection over what dial connects to. It does not wait.
func dialGRPC(config *tls.Config, dial func(context.Context) (net.Conn, error), more []grpc.DialOption) (*grpc.ClientConn, error) {
	creds := insecure.NewCredentials()
	if config != nil {
		creds = credentials.NewTLS(config)
	}
	opts := append([]grpc.DialOption{
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return dial(ctx) }),
		grpc.FailOnNonTempDialError(true),
		grpc.WithTransportCredentials(creds),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32), grpc.MaxCallSendMsgSize(math.MaxInt32)),
	}, more...)
	// Dial and not NewClient, which the oldest gRPC that this package may be built
	// with has not got.
	return grpc.Dial("unused", opts...) //nolint:staticcheck // see above
}

// resolve makes an address of what a plugin names.
func resolve(network, address string) (net.Addr, error) {
	switch network {
	case "tcp":
		return net.ResolveTCPAddr("tcp", address)
	case "unix":
		return net.ResolveUnixAddr("unix", address)
	default:
		return nil, fmt.Errorf("unknown address type: the plugin named the network %q; known are tcp and unix", network)
	}
}

// dialAddr connects to a plugin. TCP connections get keep-alive probes, as by default.
func dialAddr(ctx context.Context, addr net.Addr) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, addr.Network(), addr.String())
}
