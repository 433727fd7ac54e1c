// Package hello is what the host and the plugin of the quickstart share. It is
// the only place that names drivers: swap or add some here, and nothing else
// changes.
package hello

import (
	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	gobcodec "github.com/tenon-dev/tenon/codec-gob"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/transport"
	smuxtransport "github.com/tenon-dev/tenon/transport-smux"
	unixtransport "github.com/tenon-dev/tenon/transport-unix"
	yamuxtransport "github.com/tenon-dev/tenon/transport-yamux"
)

// Cookie tells the plugin that a host started it, and not a person.
var Cookie = tenon.Cookie{Key: "HELLO_PLUGIN", Value: "7c1f8bd0-hello"}

// Transports and Codecs are listed in order of preference.
var (
	Transports = []transport.Transport{unixtransport.New(), smuxtransport.New(), yamuxtransport.New()}
	Codecs     = []codec.Codec{cborcodec.New(), gobcodec.New()}
)
