// Package tenonproto is what Tenon's plugins serve with the codec proto. It
// stands apart so that plugins with another codec do not link protobuf.
package tenonproto

import (
	"context"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/rpc"

	"github.com/tenon-dev/tenon/tools/bench/internal/echopb"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
	"github.com/tenon-dev/tenon/tools/bench/internal/tenonecho"
)

const serviceName = "echo-proto"

var (
	echoBytes  = rpc.Method[*echopb.Blob, *echopb.Blob]{Name: "Bytes"}
	echoStruct = rpc.Method[*echopb.Typical, *echopb.Typical]{Name: "Struct"}
)

type echo struct{}

func (echo) bytes(_ context.Context, b *echopb.Blob) (*echopb.Blob, error) { return b, nil }

func (echo) record(_ context.Context, t *echopb.Typical) (*echopb.Typical, error) { return t, nil }

// Service returns the echo service for messages of protobuf, under its name.
func Service() tenon.Services {
	return tenon.Services{serviceName: rpc.NewService(
		func(context.Context, struct{}) (echo, error) { return echo{}, nil },
		rpc.Handle(echoBytes, echo.bytes),
		rpc.Handle(echoStruct, echo.record),
	)}
}

// Messages calls that service.
type Messages struct{}

var _ tenonecho.Messages = Messages{}

// Service implements [tenonecho.Messages].
func (Messages) Service() string { return serviceName }

// Caller implements [tenonecho.Messages].
func (Messages) Caller(ctx context.Context, o *tenon.Object, w subject.Work) (subject.Call, error) {
	return echopb.Unary{
		Bytes: func(ctx context.Context, b *echopb.Blob) (*echopb.Blob, error) { return echoBytes.Call(ctx, o, b) },
		Struct: func(ctx context.Context, t *echopb.Typical) (*echopb.Typical, error) {
			return echoStruct.Call(ctx, o, t)
		},
	}.Caller(ctx, w)
}
