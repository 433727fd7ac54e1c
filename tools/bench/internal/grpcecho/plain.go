package grpcecho

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/tenon-dev/tenon/tools/bench/internal/child"
	"github.com/tenon-dev/tenon/tools/bench/internal/echopb"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// Plain is the subject: grpc-go without a plugin system around it.
type Plain struct{}

var _ subject.Subject = Plain{}

// Label implements [subject.Subject].
func (Plain) Label() subject.Label { return subject.Label{Subject: "grpc"} }

// Role implements [subject.Subject].
func (Plain) Role() string { return "grpc" }

// Settings implements [subject.Subject].
func (Plain) Settings() string {
	return "grpc " + grpc.Version + " over a unix socket, no TLS, one ClientConn for all callers, generated protobuf; defaults"
}

// Start implements [subject.Subject].
func (Plain) Start(ctx context.Context, p subject.Program) (subject.Session, error) {
	c, err := child.Start(ctx, p)
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(c.Target(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		c.Close()
		return nil, err
	}
	return &session{Child: c, conn: conn}, nil
}

type session struct {
	*child.Child
	conn *grpc.ClientConn
}

func (s *session) Caller(ctx context.Context, w subject.Work) (subject.Call, func(), error) {
	return NewCalls(s.conn).Caller(ctx, w)
}

func (s *session) Close() error {
	s.conn.Close()
	return s.Child.Close()
}

// Serve is the program of [Plain]. It returns when it cannot listen, and
// otherwise ends with the host.
func Serve() error {
	l, err := child.Listen()
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	echopb.RegisterEchoServer(server, Server{})
	return server.Serve(l)
}
