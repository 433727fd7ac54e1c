package examples

import (
	"testing"

	"github.com/tenon-dev/tenon/core/rpc/rpctest"
	"github.com/tenon-dev/tenon/examples/demo/drivers"
	smuxtransport "github.com/tenon-dev/tenon/transport-smux"
	unixtransport "github.com/tenon-dev/tenon/transport-unix"
	yamuxtransport "github.com/tenon-dev/tenon/transport-yamux"
)

// TestEngine runs the suite of streams and live values over every transport that
// is no part of core, whose own tests do the same.
func TestEngine(t *testing.T) {
	for _, tr := range drivers.Transports {
		if tr.Name() != "direct/1" {
			t.Run(tr.Name(), func(t *testing.T) { rpctest.Run(t, tr) })
		}
	}
}

func FuzzEngineUnix(f *testing.F) { rpctest.Fuzz(f, unixtransport.New()) }

func FuzzEngineYamux(f *testing.F) { rpctest.Fuzz(f, yamuxtransport.New()) }

func FuzzEngineSmux(f *testing.F) { rpctest.Fuzz(f, smuxtransport.New()) }
