package ours

import (
	"context"
	"fmt"
	"io"

	plugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// The services are written by hand, with messages that are in every program.
type server interface {
	call(ctx context.Context, method, arg string) (string, error)
	stream(method string, s grpc.ServerStream) error
}

type word = wrapperspb.StringValue

var methods = []string{"Do", "CallBack", "ServeBack", "Call"}

func register(s grpc.ServiceRegistrar, impl server) {
	desc := grpc.ServiceDesc{ServiceName: "fixture.Service", HandlerType: (*server)(nil)}
	for _, m := range methods {
		desc.Methods = append(desc.Methods, grpc.MethodDesc{MethodName: m, Handler: func(srv any, ctx context.Context, dec func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			in := new(word)
			if err := dec(in); err != nil {
				return nil, err
			}
			out, err := srv.(server).call(ctx, m, in.Value)
			if err != nil {
				return nil, err
			}
			return wrapperspb.String(out), nil
		}})
	}
	for _, m := range []string{"Stream", "Bidi"} {
		desc.Streams = append(desc.Streams, grpc.StreamDesc{StreamName: m, ServerStreams: true, ClientStreams: true, Handler: func(srv any, s grpc.ServerStream) error {
			return srv.(server).stream(m, s)
		}})
	}
	s.RegisterService(&desc, impl)
}

func invoke(ctx context.Context, conn *grpc.ClientConn, method, arg string) (string, error) {
	out := new(word)
	err := conn.Invoke(ctx, "/fixture.Service/"+method, wrapperspb.String(arg), out)
	return out.Value, err
}

type grpcServer struct {
	broker  *plugin.GRPCBroker
	version int
}

func (s *grpcServer) call(ctx context.Context, method, arg string) (string, error) {
	var what, id = "", uint32(0)
	switch method {
	case "Do":
		n := 0
		fmt.Sscanf(arg, "%d:", &n)
		prefix := len(fmt.Sprintf("%d:", n))
		what, arg = arg[prefix:prefix+n], arg[prefix+n:]
		if what == "version" {
			return fmt.Sprint(s.version), nil
		}
		return contract.Do(what, arg)
	case "CallBack":
		var text string
		fmt.Sscanf(arg, "%d %s", &id, &text)
		conn, err := s.broker.Dial(id)
		if err != nil {
			return "", err
		}
		defer conn.Close()
		return invoke(ctx, conn, "Call", text)
	case "ServeBack":
		// The number is told when it is listened for: the original, multiplexed, may
		// answer a knock that comes before, and ends when the stream comes then.
		id := s.broker.NextId()
		made, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			s.broker.AcceptAndServe(id, func(opts []grpc.ServerOption) *grpc.Server {
				defer close(made)
				server := grpc.NewServer(opts...)
				register(server, funcServer(func(s string) string { return "plugin:" + s }))
				return server
			})
		}()
		select {
		case <-made:
			return fmt.Sprint(id), nil
		case <-ended:
			return "", fmt.Errorf("nothing is served as %d", id)
		}
	}
	return "", fmt.Errorf("unknown method %s", method)
}

func (s *grpcServer) stream(method string, stream grpc.ServerStream) error {
	for {
		in := new(word)
		if err := stream.RecvMsg(in); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if method == "Bidi" {
			if err := stream.SendMsg(in); err != nil {
				return err
			}
			continue
		}
		n := 0
		fmt.Sscan(in.Value, &n)
		for i := range n {
			if err := stream.SendMsg(wrapperspb.String(fmt.Sprint(i))); err != nil {
				return err
			}
		}
	}
}

type funcServer func(string) string

func (f funcServer) call(_ context.Context, _, arg string) (string, error) { return f(arg), nil }
func (f funcServer) stream(string, grpc.ServerStream) error                { return io.EOF }

type grpcClient struct {
	ctx    context.Context
	broker *plugin.GRPCBroker
	conn   *grpc.ClientConn
}

func (c *grpcClient) Gone() context.Context { return c.ctx }

func (c *grpcClient) Do(what, arg string) (string, error) {
	return invoke(context.Background(), c.conn, "Do", fmt.Sprintf("%d:%s%s", len(what), what, arg))
}

func (c *grpcClient) Stream(n int) ([]string, error) {
	return c.exchange("Stream", []string{fmt.Sprint(n)})
}

func (c *grpcClient) Bidi(words []string) ([]string, error) { return c.exchange("Bidi", words) }

func (c *grpcClient) exchange(method string, words []string) (got []string, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s, err := c.conn.NewStream(ctx, &grpc.StreamDesc{StreamName: method, ServerStreams: true, ClientStreams: true}, "/fixture.Service/"+method)
	if err != nil {
		return nil, err
	}
	for _, w := range words {
		if err := s.SendMsg(wrapperspb.String(w)); err != nil {
			return nil, err
		}
	}
	if err := s.CloseSend(); err != nil {
		return nil, err
	}
	for {
		out := new(word)
		if err := s.RecvMsg(out); err == io.EOF {
			return got, nil
		} else if err != nil {
			return got, err
		}
		got = append(got, out.Value)
	}
}

func (c *grpcClient) CallBack(f func(string) string, arg string) (string, error) {
	id := c.broker.NextId()
	var server *grpc.Server
	made, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		c.broker.AcceptAndServe(id, func(opts []grpc.ServerOption) *grpc.Server {
			server = grpc.NewServer(opts...)
			register(server, funcServer(f))
			close(made)
			return server
		})
	}()
	reply, err := invoke(context.Background(), c.conn, "CallBack", fmt.Sprintf("%d %s", id, arg))
	select {
	case <-made:
		server.Stop()
	case <-ended:
	}
	<-ended
	return reply, err
}

func (c *grpcClient) ServeBack(arg string) (string, error) {
	text, err := invoke(context.Background(), c.conn, "ServeBack", "")
	if err != nil {
		return "", err
	}
	var id uint32
	fmt.Sscan(text, &id)
	conn, err := c.broker.Dial(id)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	return invoke(context.Background(), conn, "Call", arg)
}
