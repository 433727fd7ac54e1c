// Package archive is what the host and the plugin of the example streaming share.
package archive

import (
	"context"
	"io"
	"iter"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
)

// Cookie tells the plugin that a host started it, and not a person.
var Cookie = tenon.Cookie{Key: "STREAMING_PLUGIN", Value: "9a3e77b1-streaming"}

// Codecs are for values; bytes that flow are not encoded.
var Codecs = []codec.Codec{cborcodec.New()}

// A Match is a line that was found.
type Match struct {
	Line int
	Text string
}

// Client is how the host sees the plugin: readers, sequences and streams are
// arguments and results like any other.
type Client struct {
	// Search gives the lines of text that contain word, as they are found.
	Search func(ctx context.Context, word string, text io.Reader) iter.Seq2[Match, error]

	// Digest returns the SHA-256 of what it reads, and how much that was.
	Digest func(ctx context.Context, r io.Reader) (sum []byte, size int64, err error)

	// Squeeze writes what it reads from r, compressed, to w.
	Squeeze func(ctx context.Context, r io.Reader, w io.Writer) error

	// Totals adds numbers up as they come, and gives each sum.
	Totals func(ctx context.Context, numbers iter.Seq[int]) iter.Seq2[int, error]

	// Open returns a page of the archive.
	Open func(ctx context.Context, page int) (io.ReadCloser, error)

	// Peak returns the most memory that the plugin had, in bytes.
	Peak func(ctx context.Context) (int64, error)
}
