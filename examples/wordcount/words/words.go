// Package words is what the host and the plugin of the example wordcount share:
// a service written by hand with the typed parts of the package rpc.
package words

import (
	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
	smuxtransport "github.com/tenon-dev/tenon/transport-smux"
	yamuxtransport "github.com/tenon-dev/tenon/transport-yamux"
)

// Cookie tells the plugin that a host started it, and not a person.
var Cookie = tenon.Cookie{Key: "WORDCOUNT_PLUGIN", Value: "51d7c2aa-words"}

// Transports and Codecs are listed in order of preference.
var (
	Transports = []transport.Transport{smuxtransport.New(), yamuxtransport.New()}
	Codecs     = []codec.Codec{cborcodec.New()}
)

// Counts says how often each word occurs.
type Counts map[string]int

// Count counts the words of a text, in lower case.
var Count = rpc.Method[[]byte, Counts]{Name: "Count"}
