// Command tenon-yamux is a Tenon plugin that links nothing but what it needs.
package main

import (
	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/transport"
	unixtransport "github.com/tenon-dev/tenon/transport-unix"

	"github.com/tenon-dev/tenon/tools/bench/internal/tenonecho"
)

func main() {
	tenonecho.Serve(tenonecho.Service(), []transport.Transport{unixtransport.New()}, []codec.Codec{cborcodec.New()})
}
