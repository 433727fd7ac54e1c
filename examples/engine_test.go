package examples

import (
	"testing"

	"github.com/tenon-dev/tenon/core/rpc/rpctest"
	"github.com/tenon-dev/tenon/examples/demo/drivers"
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
