package wire

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// messageLimit bounds, in bytes, what a plugin can make its host hold for one
// message of these services. Addresses and pieces of output are far smaller.
const messageLimit = 1 << 20

// A BrokerStream is one end of the broker's stream. One goroutine may send while
// another one receives.
type BrokerStream struct{ s stream }

// stream is what both ends of a gRPC stream have.
type stream interface {
	SendMsg(m any) error
	RecvMsg(m any) error
	Context() context.Context
}

// Send sends a message.
func (b BrokerStream) Send(c ConnInfo) error { return b.s.SendMsg(pack(c.Append(nil))) }

// Recv waits for the next message.
func (b BrokerStream) Recv() (ConnInfo, error) {
	var m emptypb.Empty
	if err := b.s.RecvMsg(&m); err != nil {
		return ConnInfo{}, err
	}
	return ParseConnInfo(unpack(&m))
}

// Context is done when the stream has ended.
func (b BrokerStream) Context() context.Context { return b.s.Context() }

var brokerStream = grpc.StreamDesc{StreamName: "StartStream", ServerStreams: true, ClientStreams: true}

// OpenBroker opens the stream from the host's side. It ends with ctx.
func OpenBroker(ctx context.Context, conn grpc.ClientConnInterface) (BrokerStream, error) {
	s, err := conn.NewStream(ctx, &brokerStream, "/plugin.GRPCBroker/StartStream", grpc.MaxCallRecvMsgSize(messageLimit))
	return BrokerStream{s}, err
}

// RegisterBroker registers the service, which calls handle for every stream that a
// host opens. The stream ends when handle returns.
func RegisterBroker(server grpc.ServiceRegistrar, handle func(BrokerStream) error) {
	desc := brokerStream
	desc.Handler = func(_ any, s grpc.ServerStream) error { return handle(BrokerStream{s}) }
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "plugin.GRPCBroker",
		HandlerType: (*any)(nil),
		Streams:     []grpc.StreamDesc{desc},
	}, nil)
}

// pack makes a message of its encoded form, which it keeps.
func pack(b []byte) *emptypb.Empty {
	m := new(emptypb.Empty)
	m.ProtoReflect().SetUnknown(b)
	return m
}

// unpack returns the encoded form of a message.
func unpack(m *emptypb.Empty) []byte { return m.ProtoReflect().GetUnknown() }
