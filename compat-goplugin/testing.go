package goplugin

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/rpc"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/mux"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// TestOptions changes what the test helpers make.
type TestOptions struct {
	// ServerStdout and ServerStderr are the output of the [RPCServer]. Default: none.
	ServerStdout io.ReadCloser
	ServerStderr io.ReadCloser
}

// TestConn returns the two ends of a connection. The caller closes them.
func TestConn(t testing.TB) (net.Conn, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		client.Close()
		t.Fatal(err)
	}
	return client, server
}

// TestRPCConn returns a net/rpc client and the server that it is connected to.
func TestRPCConn(t testing.TB) (*rpc.Client, *rpc.Server) {
	t.Helper()
	client, conn := TestConn(t)
	server := rpc.NewServer()
	go server.ServeConn(conn)
	return rpc.NewClient(client), server
}

// TestPluginRPCConn returns the two sides of net/rpc plugins in one process.
func TestPluginRPCConn(t testing.TB, ps map[string]Plugin, opts *TestOptions) (*RPCClient, *RPCServer) {
	t.Helper()
	conn, serverConn := TestConn(t)
	server := &RPCServer{Plugins: ps, Stdout: new(bytes.Buffer), Stderr: new(bytes.Buffer)}
	if opts != nil && opts.ServerStdout != nil {
		server.Stdout = opts.ServerStdout
	}
	if opts != nil && opts.ServerStderr != nil {
		server.Stderr = opts.ServerStderr
	}
	go server.ServeConn(serverConn)
	client, err := NewRPCClient(conn, ps)
	if err != nil {
		t.Fatal(err)
	}
	return client, server
}

// TestGRPCConn returns a gRPC server, with the services that register adds, and a
// connection to it.
func TestGRPCConn(t testing.TB, register func(*grpc.Server)) (*grpc.ClientConn, *grpc.Server) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	register(server)
	go server.Serve(l)
	conn, err := grpc.Dial(l.Addr().String(), grpc.WithBlock(), grpc.WithTransportCredentials(insecure.NewCredentials())) //nolint:staticcheck // the oldest gRPC has no NewClient
	if err != nil {
		server.Stop()
		t.Fatal(err)
	}
	return conn, server
}

// TestPluginGRPCConn returns the two sides of gRPC plugins in one process. multiplex
// says whether brokered connections share the one connection.
func TestPluginGRPCConn(t testing.TB, multiplex bool, ps map[string]Plugin) (*GRPCClient, *GRPCServer) {
	t.Helper()
	l, err := newListener(UnixSocketConfig{})
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr()
	log := hclog.New(&hclog.LoggerOptions{Level: hclog.Debug})
	server := &GRPCServer{
		Plugins: ps,
		Server:  DefaultGRPCServer,
		DoneCh:  make(chan struct{}),
		Stdout:  new(bytes.Buffer),
		Stderr:  new(bytes.Buffer),
		logger:  log,
	}
	if multiplex {
		server.mux = mux.Plugin(l, standard(log.Named("yamux")))
		l = server.mux.Main()
	}
	if err := server.Init(); err != nil {
		l.Close()
		t.Fatal(err)
	}
	go server.Serve(l)

	c := NewClient(&ClientConfig{Plugins: ps, GRPCBrokerMultiplex: multiplex, Logger: log})
	client, err := newGRPCClient(context.Background(), c, &link{
		ctx: context.Background(), addr: addr, protocol: ProtocolGRPC, plugins: ps, grace: func() {},
	})
	if err != nil {
		server.Stop()
		t.Fatal(err)
	}
	return client, server
}
