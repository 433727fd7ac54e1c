package tenonecho

import (
	"context"
	"io"
	"sync"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/rpc"

	"github.com/tenon-dev/tenon/tools/bench/internal/sample"
)

// bulkName is the name of the service whose one method returns a reader. It is
// written by hand: package dynamic would make the programs larger.
const bulkName = "bulk"

func bulkService() *rpc.Service {
	return rpc.Define(rpc.Definition{
		Interface: "Bulk",
		New:       func(context.Context, func(any) error) (any, error) { return nil, nil },
		Methods: []rpc.MethodDefinition{{
			Name:        "Open",
			LiveResults: []string{"reader"},
			Serve: func(_ context.Context, _ any, in *rpc.Incoming) error {
				in.ReplyReader(endless{})
				return in.Reply(nil)
			},
		}},
	})
}

// endless is a reader without end, whose bytes are there already.
type endless struct{}

var chunk = sync.OnceValue(func() []byte { return sample.Bytes(64 << 10) })

func (endless) Read(p []byte) (int, error) { return copy(p, chunk()), nil }

// openReader returns an endless reader of the plugin's.
func openReader(ctx context.Context, o *tenon.Object) (io.ReadCloser, error) {
	call, err := o.Begin(ctx, "Open")
	if err != nil {
		return nil, err
	}
	if err := call.Do(nil, nil); err != nil {
		return nil, err
	}
	return call.Reader(0)
}
