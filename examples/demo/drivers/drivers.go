// Package drivers lists every transport and codec that there is, for the demo and
// for the tests that run them all.
package drivers

import (
	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	gobcodec "github.com/tenon-dev/tenon/codec-gob"
	protocodec "github.com/tenon-dev/tenon/codec-proto"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
	smuxtransport "github.com/tenon-dev/tenon/transport-smux"
	yamuxtransport "github.com/tenon-dev/tenon/transport-yamux"
)

// Cookie tells the plugin that the demo started it.
var Cookie = tenon.Cookie{Key: "DEMO_PLUGIN", Value: "e2a90c4f-demo"}

// All transports and codecs, in order of preference.
var (
	Transports = []transport.Transport{directtransport.New(), yamuxtransport.New(), smuxtransport.New()}
	Codecs     = []codec.Codec{jsoncodec.New(), gobcodec.New(), cborcodec.New(), protocodec.New()}
)
