package rpctest_test

import (
	"testing"

	"github.com/tenon-dev/tenon/core/rpc/rpctest"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
)

func TestEngine(t *testing.T) { rpctest.Run(t, directtransport.New()) }

func FuzzEngine(f *testing.F) { rpctest.Fuzz(f, directtransport.New()) }
