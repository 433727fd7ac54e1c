package tenonecho

import (
	"bytes"
	"context"
	"io"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/rpc"

	"github.com/tenon-dev/tenon/tools/bench/internal/sample"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

var (
	streamDown = rpc.BidiStream[int, []byte]{Name: "Down"} // the size comes first, then messages of that size
	streamUp   = rpc.BidiStream[[]byte, int]{Name: "Up"}   // at the end comes how many bytes there were
	streamBoth = rpc.BidiStream[[]byte, []byte]{Name: "Both"}
)

func (echo) down(_ context.Context, s *rpc.Stream[[]byte, int]) error {
	size, err := s.Recv()
	if err != nil {
		return err
	}
	message := sample.Bytes(size)
	for {
		if err := s.Send(message); err != nil {
			return err
		}
	}
}

func (echo) up(_ context.Context, s *rpc.Stream[int, []byte]) error {
	var b []byte
	for n := 0; ; n += len(b) {
		if err := s.RecvInto(&b); err == io.EOF {
			return s.Send(n)
		} else if err != nil {
			return err
		}
	}
}

func (echo) both(_ context.Context, s *rpc.Stream[[]byte, []byte]) error {
	var b []byte
	for {
		err := s.RecvInto(&b)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = s.Send(b)
		}
		if err != nil {
			return err
		}
	}
}

// streaming opens a stream and returns what moves its next messages. ctx bounds
// the opening only.
func streaming(ctx context.Context, o *tenon.Object, w subject.Work) (subject.Call, func(), error) {
	life, end := context.WithCancel(context.Background())
	defer context.AfterFunc(ctx, end)()
	move, release, err := open(life, o, w)
	if err != nil {
		end()
		return nil, nil, err
	}
	over := func() { end(); release() }
	call := func(context.Context) error {
		for range w.Messages() {
			if err := move(); err != nil {
				return err
			}
		}
		return nil
	}
	if err := call(ctx); err != nil {
		over()
		return nil, nil, err
	}
	return call, over, nil
}

// open returns what moves one message, and what waits for the end after ctx was
// ended.
func open(ctx context.Context, o *tenon.Object, w subject.Work) (move func() error, release func(), err error) {
	nothing := func() {}
	switch w.Kind {
	case subject.Down:
		s, err := streamDown.Open(ctx, o)
		if err != nil {
			return nil, nil, err
		}
		return receiving(s.RecvInto, w), nothing, s.Send(w.Size)
	case subject.Up:
		u, err := streamUp.Open(ctx, o)
		if err != nil {
			return nil, nil, err
		}
		return func() error { return u.Send(w.Data) }, nothing, nil
	case subject.Both:
		s, err := streamBoth.Open(ctx, o)
		if err != nil {
			return nil, nil, err
		}
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			for s.Send(w.Data) == nil {
			}
		}()
		return receiving(s.RecvInto, w), func() { <-sent }, nil
	case subject.Turns:
		s, err := streamBoth.Open(ctx, o)
		if err != nil {
			return nil, nil, err
		}
		receive := receiving(s.RecvInto, w)
		return func() error {
			if err := s.Send(w.Data); err != nil {
				return err
			}
			return receive()
		}, nothing, nil
	case subject.Reader:
		r, err := openReader(ctx, o)
		if err != nil {
			return nil, nil, err
		}
		b := make([]byte, w.Size)
		return func() error {
			_, err := io.ReadFull(r, b)
			return err
		}, func() { r.Close() }, nil
	}
	return nil, nil, subject.ErrNoSuchWork
}

// receiving checks the first message in full, and of the others their length.
func receiving(into func(*[]byte) error, w subject.Work) func() error {
	first := true
	var b []byte
	return func() error {
		err := into(&b)
		if err == nil && (len(b) != w.Size || first && !bytes.Equal(b, w.Data)) {
			err = subject.WrongReply(w)
		}
		first = false
		return err
	}
}
