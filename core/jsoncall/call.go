package jsoncall

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"

	"github.com/tenon-dev/tenon/core/rpc"
)

// An Exchange is what passes in one call. The zero value is right for a method that
// takes nothing.
type Exchange struct {
	// Args are the arguments as JSON: an object by their names, or a list of them,
	// where the method has names for them; else its one argument.
	Args []byte

	// In gives the values that the method takes as a stream, each as JSON. An error of
	// it ends the call. Nil: none.
	In iter.Seq2[[]byte, error]

	// Out gets each value that the method answers with as a stream, as JSON. An error
	// of it ends the call. Nil: they are thrown away.
	Out func(value []byte) error

	// Reader is what the method reads that takes a reader. It is not closed. Nil: one
	// that has nothing.
	Reader io.Reader

	// Writer gets what the method writes that takes a writer, and the content of a
	// reader that it returns. Nil: it is thrown away.
	Writer io.Writer
}

// Do calls a method by its name, and returns its result as JSON; nil where it has none.
// What is wrong with x is a [*SyntaxError] or [*TypeError], and then nothing was sent,
// but for streams, where values before the wrong one were; what cannot be done is an
// [*UnsupportedError]; other errors are those of [rpc.Call.Do]. It returns within ctx.
// Where In waits in this moment it is left alone until it goes on.
func (o *Object) Do(ctx context.Context, name string, x Exchange) ([]byte, error) {
	m, err := o.method(name)
	if err != nil {
		return nil, err
	}
	args, err := m.arguments(x.Args, o.Codec())
	if err != nil {
		return nil, err
	}
	result := m.result.target()
	switch {
	case m.Kind != rpc.KindUnary:
		err = o.stream(ctx, m, args, result, x)
	case len(m.Live)+len(m.LiveResults) > 0:
		err = o.withLive(ctx, m, args, result, x)
	default:
		err = o.object.Call(ctx, name, args, result)
	}
	if err != nil || m.result == nil {
		return nil, err
	}
	return m.result.written(result)
}

// target returns a pointer to decode into; nil for nothing.
func (n *node) target() any {
	if n == nil {
		return nil
	}
	p := reflect.New(n.typ)
	if n.how == message {
		p.Elem().Set(reflect.ValueOf(n.message.New()))
	}
	return p.Interface()
}

// written returns as JSON what target was filled with.
func (n *node) written(target any) (b []byte, err error) {
	defer func() {
		if p := recover(); p != nil { // of a method of a type that encodes itself
			err = fmt.Errorf("jsoncall: write the result as JSON: panic: %v", p)
		}
	}()
	return n.write(nil, reflect.ValueOf(target).Elem())
}

// pass passes a call's live arguments.
func (m *method) pass(call *rpc.Call, x Exchange) {
	for _, kind := range m.Live {
		if kind == liveReader {
			call.PassReader(readerOf(x))
		} else {
			call.PassWriter(writerOf(x))
		}
	}
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, io.EOF }

func readerOf(x Exchange) io.Reader {
	if x.Reader == nil {
		return nothing{}
	}
	return x.Reader
}

func writerOf(x Exchange) io.Writer {
	if x.Writer == nil {
		return io.Discard
	}
	return x.Writer
}

// withLive makes a call that passes live values.
func (o *Object) withLive(ctx context.Context, m *method, args, result any, x Exchange) error {
	call, err := o.object.Begin(ctx, m.Name)
	if err != nil {
		return err
	}
	m.pass(call, x)
	if err := call.Do(args, result); err != nil || len(m.LiveResults) == 0 {
		return err
	}
	r, err := call.Reader(0)
	if err != nil || r == nil {
		return err
	}
	defer r.Close()
	stop := context.AfterFunc(ctx, func() { r.Close() })
	defer stop()
	_, err = io.Copy(writerOf(x), r)
	if ctx.Err() != nil {
		err = errors.Join(context.Cause(ctx), err)
	}
	return err
}
