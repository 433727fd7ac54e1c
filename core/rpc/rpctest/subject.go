package rpctest

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net"
	"reflect"
	"sync/atomic"

	"github.com/tenon-dev/tenon/core/rpc"
)

// subject is the service that the cases call.
type subject struct {
	produced atomic.Int64 // values that Produce has made, and reads of what Pour gave
	ended    chan error   // gets what Digest and Drain end with
	holder   *holder
	kept     chan net.Conn // gets what Keep is passed
}

// The subject's typed methods.
var (
	ping    = rpc.Method[struct{}, string]{Name: "Ping"}
	produce = rpc.ServerStream[batch, []byte]{Name: "Produce"}
	sum     = rpc.ClientStream[int, int]{Name: "Sum"}
	echoAll = rpc.BidiStream[string, string]{Name: "EchoAll"}
)

// The numbers of methods, for peers that are driven by hand: of the typed ones,
// and of those that take live values.
const (
	numPing uint16 = iota
	numProduce
	numSum
	numEchoAll
)

const (
	numDigest uint16 = iota
	numDial
	numAsk
	numPour
)

// batch asks for so many values of so many bytes.
type batch struct{ Count, Size int }

func newSubject() *subject {
	return &subject{ended: make(chan error, 100), holder: newHolder(), kept: make(chan net.Conn, 1)}
}

func (s *subject) services() map[string]*rpc.Service {
	create := func(context.Context, struct{}) (*subject, error) { return s, nil }
	return map[string]*rpc.Service{
		"calls": s.holder.service(),
		"typed": rpc.NewService(create,
			rpc.Handle(ping, func(*subject, context.Context, struct{}) (string, error) { return "pong", nil }).Quick(),
			rpc.HandleServerStream(produce, (*subject).produce),
			rpc.HandleClientStream(sum, (*subject).sum),
			rpc.HandleBidiStream(echoAll, (*subject).echoAll),
		),
		"live": rpc.Define(rpc.Definition{
			Interface: "Live",
			New:       func(context.Context, func(any) error) (any, error) { return s, nil },
			Methods: []rpc.MethodDefinition{
				{Name: "Digest", Result: reflect.TypeFor[int64](), Serve: serveDigest},
				{Name: "Dial", Serve: serveDial},
				{Name: "Ask", Result: reflect.TypeFor[string](), Serve: serveAsk},
				{Name: "Pour", Serve: servePour},
				{Name: "Keep", Serve: serveKeep},
			},
		}),
	}
}

func (s *subject) produce(_ context.Context, b batch) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		value := make([]byte, b.Size)
		for range b.Count {
			if !yield(value, nil) {
				return
			}
			s.produced.Add(1)
		}
	}
}

func (s *subject) sum(_ context.Context, seq iter.Seq2[int, error]) (int, error) {
	total := 0
	for n, err := range seq {
		if err != nil {
			s.ended <- err
			return 0, err
		}
		total += n
	}
	return total, nil
}

func (s *subject) echoAll(_ context.Context, stream *rpc.Stream[string, string]) error {
	for v, err := range stream.All() {
		if err != nil {
			s.ended <- err
			return err
		}
		if err := stream.Send(v); err != nil {
			return err
		}
	}
	return nil
}

// serveDigest reads the reader at place 0 to its end.
func serveDigest(_ context.Context, impl any, in *rpc.Incoming) error {
	r, err := in.Reader(0)
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		impl.(*subject).ended <- err
		return fmt.Errorf("after %d bytes: %w", n, err)
	}
	return in.Reply(n)
}

// serveDial echoes what comes over the connection at place 0, until it ends.
func serveDial(_ context.Context, _ any, in *rpc.Incoming) error {
	c, err := in.Conn(0)
	if err != nil {
		return err
	}
	go func() { // ends with the connection
		defer c.Close()
		io.Copy(c, c)
	}()
	return in.Reply(nil)
}

// serveKeep gives the connection at place 0 to the test.
func serveKeep(_ context.Context, impl any, in *rpc.Incoming) error {
	c, err := in.Conn(0)
	if err != nil {
		return err
	}
	impl.(*subject).kept <- c
	return in.Reply(nil)
}

// serveAsk pings the object at place 0.
func serveAsk(ctx context.Context, _ any, in *rpc.Incoming) error {
	o, home, err := in.Object(0)
	switch {
	case err != nil:
		return err
	case home != nil:
		return in.Reply(fmt.Sprintf("%T came home", home))
	case o == nil:
		return in.Reply("nil")
	}
	defer o.Close()
	answer, err := ping.Call(ctx, o, struct{}{})
	if err != nil {
		return err
	}
	return in.Reply(answer)
}

// servePour answers with a reader that has no end.
func servePour(_ context.Context, impl any, in *rpc.Incoming) error {
	in.ReplyReader(&counted{&impl.(*subject).produced})
	return in.Reply(nil)
}

// counted is an endless reader that counts how often it is read.
type counted struct{ reads *atomic.Int64 }

func (c *counted) Read(b []byte) (int, error) {
	clear(b)
	c.reads.Add(1)
	return len(b), nil
}

// blockingService has one method, which returns when blocked is closed.
func blockingService(blocked <-chan struct{}) *rpc.Service {
	return rpc.NewService(func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil },
		rpc.Handle(ping, func(_ struct{}, ctx context.Context, _ struct{}) (string, error) {
			select {
			case <-blocked:
			case <-ctx.Done():
			}
			return "pong", nil
		}))
}
