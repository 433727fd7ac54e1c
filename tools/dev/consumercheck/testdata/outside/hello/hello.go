// Package hello is what the host and the plugin share: the only place that
// names drivers.
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

// Cookie tells the plugin that a host started it.
var Cookie = tenon.Cookie{Key: "HELLO_PLUGIN", Value: "3f9c1d52"}

// Transports, in order of preference.
var Transports = []transport.Transport{unixtransport.New(), smuxtransport.New(), yamuxtransport.New()}

// Codecs, in order of preference.
var Codecs = []codec.Codec{cborcodec.New(), gobcodec.New()}
