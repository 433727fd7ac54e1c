package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

type grpcPlugin struct{ netPlugin }

func (grpcPlugin) GRPCServer(b *plugin.GRPCBroker, s *grpc.Server) error {
	register(s, &grpcServer{b})
	return nil
}

func (grpcPlugin) GRPCClient(_ context.Context, b *plugin.GRPCBroker, conn *grpc.ClientConn) (interface{}, error) {
	return &grpcClient{b, conn}, nil
}

// The service is written by hand, with messages that are in every program.
type callee interface {
	call(method, arg string) (string, error)
}

type callFunc func(string) string

func (f callFunc) call(_, arg string) (string, error) { return f(arg), nil }

func register(s *grpc.Server, impl callee) {
	desc := grpc.ServiceDesc{ServiceName: "program.Greeter", HandlerType: (*callee)(nil)}
	for _, name := range []string{"Greet", "CallBack", "ServeBack", "Call"} {
		method := name
		desc.Methods = append(desc.Methods, grpc.MethodDesc{MethodName: method, Handler: func(srv interface{}, _ context.Context, dec func(interface{}) error, _ grpc.UnaryServerInterceptor) (interface{}, error) {
			in := new(wrapperspb.StringValue)
			if err := dec(in); err != nil {
				return nil, err
			}
			out, err := srv.(callee).call(method, in.Value)
			return wrapperspb.String(out), err
		}})
	}
	s.RegisterService(&desc, impl)
}

func invoke(conn *grpc.ClientConn, method, arg string) (string, error) {
	out := new(wrapperspb.StringValue)
	err := conn.Invoke(context.Background(), "/program.Greeter/"+method, wrapperspb.String(arg), out)
	return out.Value, err
}

func callGRPC(b *plugin.GRPCBroker, text, arg string) (string, error) {
	var id uint32
	if _, err := fmt.Sscan(text, &id); err != nil {
		return "", err
	}
	conn, err := b.Dial(id)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	return invoke(conn, "Call", arg)
}

// offer serves f under a number, until stop is called. It returns when the number is
// listened for: the original, multiplexed, may answer a knock that comes before, and the
// plugin ends when the stream comes then, whatever library its host has.
func offer(b *plugin.GRPCBroker, f callFunc) (id string, stop func(), err error) {
	number := b.NextId()
	made, ended := make(chan *grpc.Server, 1), make(chan struct{})
	go func() {
		defer close(ended)
		b.AcceptAndServe(number, func(opts []grpc.ServerOption) *grpc.Server {
			server := grpc.NewServer(opts...)
			register(server, f)
			made <- server
			return server
		})
	}()
	select {
	case server := <-made:
		return fmt.Sprint(number), server.Stop, nil
	case <-ended:
		return "", nil, fmt.Errorf("nothing is served as %d", number)
	}
}

type grpcServer struct{ broker *plugin.GRPCBroker }

func (s *grpcServer) call(method, arg string) (string, error) {
	switch method {
	case "Greet":
		return greet(arg), nil
	case "CallBack":
		return callGRPC(s.broker, arg, "x")
	default:
		id, _, err := offer(s.broker, func(s string) string { return "plugin:" + s })
		return id, err
	}
}

type grpcClient struct {
	broker *plugin.GRPCBroker
	conn   *grpc.ClientConn
}

func (c *grpcClient) Greet(name string) (string, error) { return invoke(c.conn, "Greet", name) }

func (c *grpcClient) CallBack(f func(string) string) (string, error) {
	id, stop, err := offer(c.broker, f)
	if err != nil {
		return "", err
	}
	defer stop()
	return invoke(c.conn, "CallBack", id)
}

func (c *grpcClient) ServeBack(arg string) (string, error) {
	id, err := invoke(c.conn, "ServeBack", "")
	if err != nil {
		return "", err
	}
	return callGRPC(c.broker, id, arg)
}
