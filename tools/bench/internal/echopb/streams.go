package echopb

import (
	"bytes"
	"context"

	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// Streaming opens a stream of gRPC's and returns what moves its next messages.
// ctx bounds the opening only.
func Streaming(ctx context.Context, client EchoClient, w subject.Work) (subject.Call, func(), error) {
	life, end := context.WithCancel(context.Background())
	defer context.AfterFunc(ctx, end)()
	move, release, err := open(life, client, w)
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
// ended. A reader is a stream of chunks here: gRPC has nothing else.
func open(ctx context.Context, client EchoClient, w subject.Work) (move func() error, release func(), err error) {
	nothing := func() {}
	switch w.Kind {
	case subject.Down, subject.Reader:
		s, err := client.Down(ctx, &Amount{Bytes: uint64(w.Size)})
		if err != nil {
			return nil, nil, err
		}
		return receiving(s, w), nothing, nil
	case subject.Up:
		s, err := client.Up(ctx)
		if err != nil {
			return nil, nil, err
		}
		return func() error { return s.Send(&Blob{Data: w.Data}) }, nothing, nil
	case subject.Both:
		s, err := client.Both(ctx)
		if err != nil {
			return nil, nil, err
		}
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			for s.Send(&Blob{Data: w.Data}) == nil {
			}
		}()
		return receiving(s, w), func() { <-sent }, nil
	case subject.Turns:
		s, err := client.Both(ctx)
		if err != nil {
			return nil, nil, err
		}
		receive := receiving(s, w)
		return func() error {
			if err := s.Send(&Blob{Data: w.Data}); err != nil {
				return err
			}
			return receive()
		}, nothing, nil
	}
	return nil, nil, subject.ErrNoSuchWork
}

// receiving checks the first message in full, and of the others their length.
func receiving(s interface{ Recv() (*Blob, error) }, w subject.Work) func() error {
	first := true
	return func() error {
		b, err := s.Recv()
		if err == nil && (len(b.GetData()) != w.Size || first && !bytes.Equal(b.GetData(), w.Data)) {
			err = subject.WrongReply(w)
		}
		first = false
		return err
	}
}
