package shapes

import (
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/tenon-dev/tenon/tools/internal/gen/shapes/other"
)

// Progress is a named func.
type Progress func(done, total int)

// Callbacks takes funcs.
type Callbacks interface {
	Run(ctx context.Context, files []string, progress func(done int, file string)) error
	Each(ctx context.Context, n int, f func(ctx context.Context, i int) error) error
	Sort(ctx context.Context, list []string, less func(a, b string) (bool, error)) ([]string, error)
	Named(ctx context.Context, p Progress) error
	Live(ctx context.Context, open func(name string) (io.ReadCloser, error)) (int64, error)
	Stream(ctx context.Context, list func(ctx context.Context, n int) iter.Seq2[int, error]) (int, error)
	Nested(ctx context.Context, f func(g func(i int) error) error) error
}

// Subscriptions answers with funcs.
type Subscriptions interface {
	Subscribe(ctx context.Context, name string) (cancel func() error, err error)
	//tenon:lost zero
	Quiet(ctx context.Context) (stop func(), err error)
	Counter(ctx context.Context) (next func(ctx context.Context, by int) (int, error), err error)
}

// A Watcher is an interface of the host.
type Watcher interface {
	// Changed is called for each change.
	Changed(ctx context.Context, key string, value []byte) error
	Done(ctx context.Context) error
}

// Watching takes an object, and answers with one of another package.
type Watching interface {
	Watch(ctx context.Context, prefix string, w Watcher) (io.Closer, error)
}

// ForeignObjects takes interfaces of other packages.
//
//tenon:lost zero
type ForeignObjects interface {
	Fill(ctx context.Context, s other.Sink, n int) error
	Sink(ctx context.Context) (other.Sink, error)
	Text(ctx context.Context, s fmt.Stringer) (string, error)
}

// A Node is an interface that passes itself.
type Node interface {
	Name(ctx context.Context) (string, error)
	Child(ctx context.Context, name string) (Node, error)
	Adopt(ctx context.Context, n Node) error
	Close() error
}

// Rooms answers with objects that have to be closed.
type Rooms interface {
	Open(ctx context.Context, name string) (Room, error)
	Two(ctx context.Context) (a, b Room, names []string, err error)
	Give(ctx context.Context, r Room) (string, error)
}

// A Room is an object.
type Room interface {
	Say(ctx context.Context, text string) error
	Heard(ctx context.Context) iter.Seq2[string, error]
	Close() error
}

// Bare takes an interface without a name.
type Bare interface {
	Do(ctx context.Context, target interface {
		Hit(ctx context.Context, n int) (int, error)
	}) (int, error)
}

// A Visitor is generic.
type Visitor[T any] interface {
	Visit(ctx context.Context, v T) (bool, error)
}

// Visits takes instances of a generic interface.
type Visits interface {
	Entries(ctx context.Context, v Visitor[Entry]) (int, error)
	Numbers(ctx context.Context, v Visitor[int]) (int, error)
}

// Closing has a Close of its own.
type Closing interface {
	Get(ctx context.Context) (string, error)
	io.Closer
}

// Everything passes one of each in one method.
type Everything interface {
	All(ctx context.Context, key string, r io.Reader, n int, w io.Writer, f func(int) error, o Watcher, seq iter.Seq2[int, error], ch <-chan int, more ...string) (Entry, io.ReadCloser, string, Watcher, error)
}
