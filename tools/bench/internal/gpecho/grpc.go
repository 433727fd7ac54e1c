package gpecho

import (
	"context"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/tenon-dev/tenon/tools/bench/internal/echopb"
	"github.com/tenon-dev/tenon/tools/bench/internal/grpcecho"
)

var _ plugin.GRPCPlugin = (*echoPlugin)(nil)

// GRPCServer registers what answers over gRPC.
func (*echoPlugin) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	echopb.RegisterEchoServer(s, grpcecho.Server{})
	return nil
}

// GRPCClient returns what calls over gRPC.
func (*echoPlugin) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return grpcecho.NewCalls(conn), nil
}

var _ caller = grpcecho.Calls{}
