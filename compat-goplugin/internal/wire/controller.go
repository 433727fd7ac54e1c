package wire

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Shutdown asks a plugin to end. A plugin may end before it has answered, which is
// an error here.
func Shutdown(ctx context.Context, conn grpc.ClientConnInterface) error {
	return conn.Invoke(ctx, "/plugin.GRPCController/Shutdown", new(emptypb.Empty), new(emptypb.Empty))
}

// RegisterController registers the service that lets a host end the plugin. handle
// must return soon: the answer waits for it.
func RegisterController(server grpc.ServiceRegistrar, handle func()) {
	shutdown := func(context.Context, any) (any, error) {
		handle()
		return new(emptypb.Empty), nil
	}
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "plugin.GRPCController",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{
			MethodName: "Shutdown",
			Handler: func(srv any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
				in := new(emptypb.Empty)
				if err := decode(in); err != nil {
					return nil, err
				}
				if intercept == nil {
					return shutdown(ctx, in)
				}
				info := &grpc.UnaryServerInfo{Server: srv, FullMethod: "/plugin.GRPCController/Shutdown"}
				return intercept(ctx, in, info, shutdown)
			},
		}},
	}, nil)
}
