// Package grpcecho is plain grpc-go as a subject, and the service that go-plugin
// serves over gRPC.
package grpcecho

import (
	"context"

	"google.golang.org/grpc"

	"github.com/tenon-dev/tenon/tools/bench/internal/echopb"
)

// Server answers.
type Server struct {
	echopb.UnimplementedEchoServer
}

// Bytes implements [echopb.EchoServer].
func (Server) Bytes(_ context.Context, b *echopb.Blob) (*echopb.Blob, error) { return b, nil }

// Struct implements [echopb.EchoServer].
func (Server) Struct(_ context.Context, t *echopb.Typical) (*echopb.Typical, error) { return t, nil }

// Unary returns the calls over conn.
func Unary(conn grpc.ClientConnInterface) echopb.Unary {
	c := echopb.NewEchoClient(conn)
	return echopb.Unary{
		Bytes: func(ctx context.Context, b *echopb.Blob) (*echopb.Blob, error) { return c.Bytes(ctx, b) },
		Struct: func(ctx context.Context, t *echopb.Typical) (*echopb.Typical, error) {
			return c.Struct(ctx, t)
		},
	}
}
