// Package kv is what the host and the plugin of the example kv share: an interface,
// and what "tenon gen" makes of it.
package kv

import (
	"context"
	"io"
	"iter"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
)

//go:generate go run github.com/tenon-dev/tenon/tools/tenon gen Store

// Store keeps values under keys.
type Store interface {
	// Get returns the value under key, or an error that is fs.ErrNotExist.
	Get(ctx context.Context, key string) ([]byte, error)

	// Put sets the value under key.
	Put(ctx context.Context, key string, value []byte) error

	// List gives the entries whose keys begin with prefix, in their order.
	List(ctx context.Context, prefix string) iter.Seq2[Entry, error]

	// Import reads lines such as "key=value", and says how many bytes it has read.
	Import(ctx context.Context, r io.Reader, progress func(n int64)) (Stats, error)

	// Watch tells w of every change of a key that begins with prefix, until what it
	// returns is closed.
	Watch(ctx context.Context, prefix string, w Watcher) (io.Closer, error)
}

// A Watcher is told of changes. It is an interface of the host, which the plugin keeps.
type Watcher interface {
	// Changed says that key has another value now.
	Changed(ctx context.Context, key string, value []byte) error
}

// An Entry is a key and its value.
type Entry struct {
	Key   string
	Value []byte
}

// Stats says what an import has done.
type Stats struct {
	Entries int
	Bytes   int64
}

// Config is the configuration of a Store.
type Config struct {
	Path string // of the file that keeps the values
}

// Codecs are for the values that cross, in order of preference: hosts in other
// languages have json.
var Codecs = []codec.Codec{cborcodec.New(), jsoncodec.New()}
