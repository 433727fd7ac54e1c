package wire

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// A StdioReader is the host's end of the stdio service, for one goroutine.
type StdioReader struct{ s grpc.ClientStream }

var stdioStream = grpc.StreamDesc{StreamName: "StreamStdio", ServerStreams: true}

// OpenStdio asks a plugin for its output. It waits until the connection stands, or
// cannot be made; the stream ends with ctx.
func OpenStdio(ctx context.Context, conn grpc.ClientConnInterface) (*StdioReader, error) {
	s, err := conn.NewStream(ctx, &stdioStream, "/plugin.GRPCStdio/StreamStdio", grpc.MaxCallRecvMsgSize(messageLimit))
	if err != nil {
		return nil, err
	}
	if err := s.SendMsg(new(emptypb.Empty)); err != nil {
		return nil, err
	}
	if err := s.CloseSend(); err != nil {
		return nil, err
	}
	return &StdioReader{s}, nil
}

// Recv waits for the next piece, which the caller may keep.
func (r *StdioReader) Recv() (StdioData, error) {
	var m emptypb.Empty
	if err := r.s.RecvMsg(&m); err != nil {
		return StdioData{}, err
	}
	return ParseStdioData(unpack(&m))
}

// RegisterStdio registers the service. handle is called for every host that asks,
// sends the output, and returns when ctx is done at the latest.
func RegisterStdio(server grpc.ServiceRegistrar, handle func(ctx context.Context, send func(StdioData) error) error) {
	desc := stdioStream
	desc.Handler = func(_ any, s grpc.ServerStream) error {
		if err := s.RecvMsg(new(emptypb.Empty)); err != nil {
			return err
		}
		return handle(s.Context(), func(d StdioData) error { return s.SendMsg(pack(d.Append(nil))) })
	}
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "plugin.GRPCStdio",
		HandlerType: (*any)(nil),
		Streams:     []grpc.StreamDesc{desc},
	}, nil)
}
