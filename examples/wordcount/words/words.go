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

// Add counts the words of a piece of the text, in lower case. Pieces may be added
// concurrently; words must not be cut in two.
var Add = rpc.Method[[]byte, struct{}]{Name: "Add"}

// Top returns the most frequent words of all that was added.
var Top = rpc.Method[int, Summary]{Name: "Top"}

// Summary is what Top returns.
type Summary struct {
	Words     []Count // the most frequent ones first
	Different int     // how many different words there are
}

// Count says how often a word occurs.
type Count struct {
	Word  string
	Times int
}
