// Package refused has an interface for each thing that the generator refuses.
package refused

import (
	"bytes"
	"context"
	"io"
	"iter"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"unsafe"
)

type NoError interface {
	Len(ctx context.Context) int
}

type NoErrorCallback interface {
	Run(ctx context.Context, o interface{ Done() }) error
}

type LateContext interface {
	Do(name string, ctx context.Context) error
}

type TwoWays interface {
	Do(ctx context.Context, c chan int) error
}

type SendResult interface {
	Do(ctx context.Context) (chan<- int, error)
}

type ReceiveResult interface {
	Do(ctx context.Context) (<-chan int, error)
}

type ReceiveResultNoContext interface {
	//tenon:lost zero
	Do() (<-chan int, error)
}

type LostSequence interface {
	Do(ctx context.Context) iter.Seq[int]
}

type Pairs interface {
	Do(ctx context.Context, pairs iter.Seq2[string, int]) error
}

type PairsResult interface {
	Do(ctx context.Context) (iter.Seq2[string, int], error)
}

type NotAlone interface {
	Do(ctx context.Context) (int, iter.Seq2[int, error], error)
}

type TwoSinks interface {
	Do(ctx context.Context, a, b chan<- int) error
}

type SinkAndSequence interface {
	Do(ctx context.Context, a chan<- int) iter.Seq2[int, error]
}

type LostFunc interface {
	Do(ctx context.Context) (stop func(), err error)
}

type sequencesOf interface {
	Readers(ctx context.Context) iter.Seq2[io.Reader, error]
	Chans(ctx context.Context, c <-chan func()) error
}

type Address interface {
	Unsafe(ctx context.Context, p unsafe.Pointer) error
	Uintptr(ctx context.Context, p []uintptr) error
}

type Guarded struct {
	Name string
	Lock sync.Mutex
}

type Guards interface {
	Mutex(ctx context.Context, mu *sync.Mutex) error
	Field(ctx context.Context, g *Guarded) error
	Atomic(ctx context.Context) (map[string]atomic.Int64, error)
}

type Partly struct {
	Name  string
	cache map[string]int
}

type hidden struct{ x int }

type Embeds struct{ *hidden }

type Unexported interface {
	Partly(ctx context.Context, p []Partly) error
	Wholly(ctx context.Context, h hidden) error
	Embedded(ctx context.Context, e Embeds) error
	Foreign(ctx context.Context, b bytes.Reader, w *tabwriter.Writer) error
}

type Holder struct {
	Name   string
	Reader io.Reader
}

type Deep struct{ Inner struct{ Calls []func() } }

type Nested interface {
	Field(ctx context.Context, h Holder) error
	Slice(ctx context.Context, readers []io.Reader) error
	Map(ctx context.Context, m map[string]context.Context) error
	Channel(ctx context.Context, s struct{ C chan int }) error
	Deep(ctx context.Context, d *Deep) error
}

type Funcs struct{ Get func() error }

type StructOfFuncs interface {
	Do(ctx context.Context, f *Funcs) error
}

type Errors interface {
	Arg(ctx context.Context, err error) error
	First(ctx context.Context) (error, int)
	Inside(ctx context.Context) (struct{ Err error }, error)
}

type Circle *Circle

type Circles interface {
	Do(ctx context.Context, c Circle) error
}

type ReaderAt interface {
	Do(ctx context.Context, r interface {
		Read([]byte) (int, error)
		Name(ctx context.Context) (string, error)
	}) error
}

type FillsAt interface {
	Do(ctx context.Context, r io.ReaderAt) error
}

type PointsToReader interface {
	Do(ctx context.Context, r *io.Reader) error
}

type PointsToFunc interface {
	Do(ctx context.Context) (**func() error, error)
}

type NotExported interface {
	Do(ctx context.Context) error
	hidden()
}

type NotExportedArg interface {
	Do(ctx context.Context, n NotExported) error
}

type Taken interface {
	TenonObject() error
}

type CloseWithContext interface {
	Do(ctx context.Context) error
	Close(ctx context.Context) error
}

type OnlyClose interface{ io.Closer }

type Empty interface{}

type Constraint interface{ ~int | ~string }

type Generic[T any] interface {
	Do(ctx context.Context, v T) error
}

type NotAnInterface struct{}

// Declared is refused, since what would be generated is declared here.
type Declared interface {
	Do(ctx context.Context) error
}

type DeclaredClient struct{}

// Directives are refused where they say nothing.
//
//tenon:config
//tenon:lots zero
type Directives interface {
	//tenon:lost
	Get(ctx context.Context) string
	//tenon:config Partly
	Set(ctx context.Context) error
	//tenon:quick
	Quick(ctx context.Context, r io.Reader) error
}

//tenon:config Missing
type MissingConfig interface {
	Do(ctx context.Context) error
}

//tenon:config Holder
type LiveConfig interface {
	Do(ctx context.Context) error
}

type UnknownType interface {
	Do(ctx context.Context, u Undefined) error
}

type Deeper interface {
	Do(ctx context.Context, f func(o interface {
		Take(ctx context.Context, c chan int) error
	}) error) error
}

type EmbedsError interface {
	error
	Do(ctx context.Context) error
}
