// Package grpcecho is plain grpc-go as a subject, and the service that go-plugin
// serves over gRPC.
package grpcecho

import (
	"context"
	"fmt"
	"io"

	"google.golang.org/grpc"

	"github.com/tenon-dev/tenon/tools/bench/internal/echopb"
	"github.com/tenon-dev/tenon/tools/bench/internal/sample"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// Server answers.
type Server struct {
	echopb.UnimplementedEchoServer
}

// Bytes implements [echopb.EchoServer].
func (Server) Bytes(_ context.Context, b *echopb.Blob) (*echopb.Blob, error) { return b, nil }

// Struct implements [echopb.EchoServer].
func (Server) Struct(_ context.Context, t *echopb.Typical) (*echopb.Typical, error) { return t, nil }

// Down implements [echopb.EchoServer].
func (Server) Down(a *echopb.Amount, s grpc.ServerStreamingServer[echopb.Blob]) error {
	if a.GetBytes() > subject.MaxSize {
		return fmt.Errorf("messages of %d bytes are asked for, %d are possible", a.GetBytes(), subject.MaxSize)
	}
	message := &echopb.Blob{Data: sample.Bytes(int(a.GetBytes()))}
	for {
		if err := s.Send(message); err != nil {
			return err
		}
	}
}

// Up implements [echopb.EchoServer].
func (Server) Up(s grpc.ClientStreamingServer[echopb.Blob, echopb.Amount]) error {
	n := uint64(0)
	for {
		b, err := s.Recv()
		if err == io.EOF {
			return s.SendAndClose(&echopb.Amount{Bytes: n})
		}
		if err != nil {
			return err
		}
		n += uint64(len(b.GetData()))
	}
}

// Both implements [echopb.EchoServer].
func (Server) Both(s grpc.BidiStreamingServer[echopb.Blob, echopb.Blob]) error {
	for {
		b, err := s.Recv()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = s.Send(b)
		}
		if err != nil {
			return err
		}
	}
}

// Calls makes the calls of gRPC, unary ones and streams.
type Calls struct {
	client echopb.EchoClient
	unary  echopb.Unary
}

// NewCalls returns the calls over conn.
func NewCalls(conn grpc.ClientConnInterface) Calls {
	c := echopb.NewEchoClient(conn)
	return Calls{client: c, unary: echopb.Unary{
		Bytes: func(ctx context.Context, b *echopb.Blob) (*echopb.Blob, error) { return c.Bytes(ctx, b) },
		Struct: func(ctx context.Context, t *echopb.Typical) (*echopb.Typical, error) {
			return c.Struct(ctx, t)
		},
	}}
}

// Caller is that of a [subject.Session].
func (c Calls) Caller(ctx context.Context, w subject.Work) (subject.Call, func(), error) {
	if w.Kind != subject.Echo {
		return echopb.Streaming(ctx, c.client, w)
	}
	call, err := c.unary.Caller(ctx, w)
	return call, func() {}, err
}
