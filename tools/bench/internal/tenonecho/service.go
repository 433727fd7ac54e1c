// Package tenonecho is Tenon as a subject, over any of its transports and codecs.
package tenonecho

import (
	"context"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/rpc"

	"github.com/tenon-dev/tenon/tools/bench/internal/sample"
)

func cookie() tenon.Cookie { return tenon.Cookie{Key: "BENCH_TENON_PLUGIN", Value: "5f0e6c1d"} }

// The names of the services for codecs of Go values: of the second one the methods
// are declared quick.
const (
	serviceName = "echo"
	quickName   = "echo-quick"
)

var (
	echoBytes  = rpc.Method[[]byte, []byte]{Name: "Bytes"}
	echoHang   = rpc.Method[struct{}, struct{}]{Name: "Hang"}
	echoStruct = rpc.Method[sample.Typical, sample.Typical]{Name: "Struct"}
)

type echo struct{}

func (echo) bytes(_ context.Context, b []byte) ([]byte, error) { return b, nil }

func (echo) record(_ context.Context, t sample.Typical) (sample.Typical, error) { return t, nil }

// hang answers when the caller has given up.
func (echo) hang(ctx context.Context, _ struct{}) (struct{}, error) {
	<-ctx.Done()
	return struct{}{}, ctx.Err()
}

// Service returns the services for codecs of Go values, under their names.
func Service() tenon.Services {
	return tenon.Services{
		serviceName: rpc.NewService(
			func(context.Context, struct{}) (echo, error) { return echo{}, nil },
			rpc.Handle(echoBytes, echo.bytes),
			rpc.Handle(echoStruct, echo.record),
			rpc.Handle(echoHang, echo.hang),
			rpc.HandleBidiStream(streamDown, echo.down),
			rpc.HandleBidiStream(streamUp, echo.up),
			rpc.HandleBidiStream(streamBoth, echo.both),
		),
		quickName: rpc.NewService(
			func(context.Context, struct{}) (echo, error) { return echo{}, nil },
			rpc.Handle(echoBytes, echo.bytes).Quick(),
			rpc.Handle(echoStruct, echo.record).Quick(),
		),
		bulkName: bulkService(),
	}
}
