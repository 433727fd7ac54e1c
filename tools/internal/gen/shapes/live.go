package shapes

import (
	"context"
	"io"
	"iter"
	"net"
)

// Readers passes readers and writers.
type Readers interface {
	// Digest reads r to its end.
	Digest(ctx context.Context, r io.Reader) (sum []byte, size int64, err error)
	Copy(ctx context.Context, w io.Writer, r io.ReadCloser) (int64, error)
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	Plain(ctx context.Context, name string) (io.Reader, error)
	Create(ctx context.Context, name string) (io.WriteCloser, error)
	Append(ctx context.Context, w io.WriteCloser) (io.Writer, error)
	Both(ctx context.Context, in string) (size int, r io.ReadCloser, w io.WriteCloser, err error)
}

// Duplexes passes what is read and written.
type Duplexes interface {
	Shell(ctx context.Context, rw io.ReadWriter) (int, error)
	Attach(ctx context.Context, id string) (io.ReadWriteCloser, error)
}

// Conns passes connections.
type Conns interface {
	Dial(ctx context.Context, address string) (net.Conn, error)
	Serve(ctx context.Context, conn net.Conn) error
}

// Lists answers with a sequence, and takes what is encoded.
type Lists interface {
	// List gives the entries whose keys begin with prefix.
	List(ctx context.Context, prefix string) iter.Seq2[Entry, error]
	All(ctx context.Context) iter.Seq2[string, error]
	Range(ctx context.Context, from, to int) iter.Seq2[int, error]
	Checked(ctx context.Context, name string) (iter.Seq2[int, error], error)
	Background(n int) iter.Seq2[int, error]
}

// Ints is a named sequence.
type Ints func(yield func(int, error) bool)

// NamedSequences has sequences with names, or with none.
type NamedSequences interface {
	Up(ctx context.Context, n int) Ints
	Sum(ctx context.Context, ints Ints) (int, error)
	Bare(ctx context.Context, f func(yield func(string, error) bool)) (int, error)
	Double(ctx context.Context, ints Ints) Ints
}

// Uploads takes sequences.
type Uploads interface {
	Sum(ctx context.Context, numbers iter.Seq2[int, error]) (int, error)
	Words(ctx context.Context, sep string, words iter.Seq[string]) (string, error)
	Two(ctx context.Context, a iter.Seq2[int, error], b iter.Seq[string]) (int, error)
}

// Duets takes a sequence and answers with one.
type Duets interface {
	Double(ctx context.Context, numbers iter.Seq2[int, error]) iter.Seq2[int, error]
	Label(ctx context.Context, prefix string, numbers iter.Seq[int]) iter.Seq2[string, error]
	Checked(ctx context.Context, numbers iter.Seq2[int, error]) (iter.Seq2[int, error], error)
}

// Searches answers with a sequence, and takes what lives.
type Searches interface {
	Search(ctx context.Context, word string, text io.Reader) iter.Seq2[string, error]
	Filter(ctx context.Context, n int, keep func(i int) bool) iter.Seq2[int, error]
	Merge(ctx context.Context, a, b iter.Seq2[int, error]) iter.Seq2[int, error]
}

// LostSequences answers with sequences that have no place for errors.
type LostSequences interface {
	//tenon:lost zero
	Count(ctx context.Context, n int) iter.Seq[int]
	//tenon:lost panic
	Must(ctx context.Context, r io.Reader) iter.Seq[string]
}

// Channels passes channels to receive from.
type Channels interface {
	Sum(ctx context.Context, numbers <-chan int) (int, error)
	Mixed(ctx context.Context, name string, a <-chan int, b <-chan string) (string, error)
	Double(ctx context.Context, numbers <-chan int) iter.Seq2[int, error]
}

// Sinks sends to channels of the caller.
type Sinks interface {
	Watch(ctx context.Context, prefix string, events chan<- Entry) error
	Count(ctx context.Context, n int, to chan<- int) (sum int, err error)
	Pipe(ctx context.Context, in <-chan int, out chan<- int) (int, error)
	Feed(ctx context.Context, in iter.Seq2[int, error], out chan<- int) error
}

// Events answers with channels.
type Events interface {
	// Watch gives what happens, until ctx ends.
	//tenon:lost zero
	Watch(ctx context.Context, prefix string) (<-chan Entry, error)
	//tenon:lost zero
	Tick(ctx context.Context, n int) <-chan int
}
