package jsoncall

import (
	"context"
	"io"
	"iter"
	"reflect"
	"strconv"
	"sync"

	"github.com/tenon-dev/tenon/core/rpc"
)

// stream makes the call of a streaming method.
func (o *Object) stream(ctx context.Context, m *method, args, result any, x Exchange) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	call, err := o.object.Begin(ctx, m.Name)
	if err != nil {
		return err
	}
	m.pass(call, x)
	up := m.Kind != rpc.KindServerStream
	down := m.item
	if m.Kind == rpc.KindBidiStream {
		down = m.down
	} else if up {
		down = nil
	}
	call.PassStream(up, down != nil)
	stream, err := call.DoStream(args, result)
	if err != nil {
		return err
	}
	defer stream.Cancel()
	f := &feed{codec: o.Codec(), item: m.item, stop: cancel}
	switch {
	case up && x.In != nil && m.item != nil:
		stream.Feed(f.values(x.In))
	case up:
		stream.CloseSend()
	}
	if down != nil {
		err = receive(stream, down, x.Out)
	}
	if err == nil {
		err = stream.Wait()
	}
	if wrong := f.failed(); wrong != nil {
		return wrong // what came of it says less
	}
	return err
}

// receive passes on the values that come, until the clean end.
func receive(stream *rpc.AnyStream, n *node, out func([]byte) error) error {
	for {
		v := n.target()
		err := stream.Recv(v)
		if err == io.EOF { // itself: a clean end and nothing else
			return nil
		}
		if err != nil {
			return err
		}
		if out == nil {
			continue
		}
		b, err := n.written(v)
		if err == nil {
			err = out(b)
		}
		if err != nil {
			return err
		}
	}
}

// A feed converts the values that go up.
type feed struct {
	codec string
	item  *node
	stop  func()

	mu  sync.Mutex
	err error
}

// values converts what seq gives. What is wrong with one ends the call.
func (f *feed) values(seq iter.Seq2[[]byte, error]) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		nth := 0
		for src, err := range seq {
			var value reflect.Value
			if err == nil {
				nth++
				what := "value " + strconv.Itoa(nth) + " of the stream"
				var v any
				if v, err = parse(what, src); err == nil {
					value, err = f.item.read(v, what, f.codec)
				}
			}
			if err != nil {
				f.fail(err)
				yield(nil, err)
				return
			}
			p := reflect.New(f.item.typ)
			p.Elem().Set(value)
			if !yield(p.Interface(), nil) {
				return
			}
		}
	}
}

func (f *feed) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
	f.stop()
}

func (f *feed) failed() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}
