package jsoncall

import (
	"encoding/json"
	"log/slog"
	"math/big"
	"net"
	"net/netip"
	"reflect"
	"time"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A node is a type of the catalogue, and the Go type that crosses in its place.
type node struct {
	typ  reflect.Type // a pointer to what the rest describes, where it is optional
	desc *rpc.Type
	how  how

	key, elem *node   // of a list or a map
	fields    []field // of a struct
	outer     *node   // of a type that stands in itself: the one further out
	message   Message // how = message
}

// how says by which means values of a node are converted.
type how uint8

const (
	byKind  how = iota // as the kind says
	raw                // JSON is passed on as it is
	own                // the Go type is the plugin's own, and knows its JSON
	again              // as the outer node says, in an interface
	message            // a codec's own message
)

// A field is a field of a struct.
type field struct {
	name     string
	index    []int // in the struct, through those that are embedded
	optional bool
	node     *node
}

// ownTypes are types of the standard library that encode themselves in ways that
// differ between codecs.
var ownTypes = map[string]reflect.Type{
	"big.Int":        reflect.TypeFor[big.Int](),
	"big.Rat":        reflect.TypeFor[big.Rat](),
	"big.Float":      reflect.TypeFor[big.Float](),
	"netip.Addr":     reflect.TypeFor[netip.Addr](),
	"netip.AddrPort": reflect.TypeFor[netip.AddrPort](),
	"netip.Prefix":   reflect.TypeFor[netip.Prefix](),
	"net.IP":         reflect.TypeFor[net.IP](),
	"slog.Level":     reflect.TypeFor[slog.Level](),
}

var (
	rawType      = reflect.TypeFor[json.RawMessage]()
	anyType      = reflect.TypeFor[any]()
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	bytesType    = reflect.TypeFor[[]byte]()
	numberTypes  = map[string]map[int]reflect.Type{
		"int": {
			8: reflect.TypeFor[int8](), 16: reflect.TypeFor[int16](), 32: reflect.TypeFor[int32](), 64: reflect.TypeFor[int64](),
		},
		"uint": {
			8: reflect.TypeFor[uint8](), 16: reflect.TypeFor[uint16](), 32: reflect.TypeFor[uint32](), 64: reflect.TypeFor[uint64](),
		},
		"float": {32: reflect.TypeFor[float32](), 64: reflect.TypeFor[float64]()},
	}
)

// The names of codecs whose ways differ.
const (
	jsonCodec = "json"
	gobCodec  = "gob"
)
