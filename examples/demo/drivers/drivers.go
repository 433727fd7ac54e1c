// Package drivers lists every transport and codec that there is, for the demo and
// for the tests that run them all.
package drivers

import (
	"runtime"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	gobcodec "github.com/tenon-dev/tenon/codec-gob"
	protocodec "github.com/tenon-dev/tenon/codec-proto"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
	smuxtransport "github.com/tenon-dev/tenon/transport-smux"
	unixtransport "github.com/tenon-dev/tenon/transport-unix"
	yamuxtransport "github.com/tenon-dev/tenon/transport-yamux"
)

// Cookie tells the plugin that the demo started it.
var Cookie = tenon.Cookie{Key: "DEMO_PLUGIN", Value: "e2a90c4f-demo"}

// All transports and codecs, in order of preference.
var (
	Transports = transports()
	Codecs     = []codec.Codec{jsoncodec.New(), gobcodec.New(), cborcodec.New(), protocodec.New()}
)

// transports leaves out what this system has not, since the demo and the tests
// force each of them in turn. Others just list them all.
func transports() []transport.Transport {
	everywhere := []transport.Transport{directtransport.New(), yamuxtransport.New(), smuxtransport.New()}
	if runtime.GOOS != "linux" {
		return everywhere
	}
	return append([]transport.Transport{unixtransport.New()}, everywhere...)
}
