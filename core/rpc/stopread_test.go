package rpc

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
)

// A caller that says STOP may read on, and throw away what comes, as the protocol says:
// who sends learns of it then and there, and not only when the stream is closed.
func TestStopOfCallerThatReadsOn(t *testing.T) {
	ended := make(chan error, 1)
	service := NewService(func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil },
		HandleServerStream(ServerStream[struct{}, int]{Name: "Values"}, func(struct{}, context.Context, struct{}) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for n := 0; yield(n, nil); n++ {
				}
				ended <- nil
			}
		}),
		HandleLive[struct{}](MethodDefinition{Name: "Bytes", Live: []string{"io.Writer"}}, func(_ struct{}, _ context.Context, in *Incoming) error {
			w, err := in.Writer(0)
			for err == nil {
				_, err = w.Write(make([]byte, 1000))
			}
			ended <- err
			return err
		}),
	)
	for method, name := range []string{"Values", "Bytes"} {
		for _, why := range []error{nil, errors.New("the disk is full")} {
			r := newRaw(t, Config{Side: transport.Plugin, Services: map[string]*Service{"endless": service}})
			lane := r.open(kindCalls)
			object := r.dispense(lane, 1, "endless")
			stream := r.open(kindFlow)
			r.write(stream, binary.BigEndian.AppendUint64(nil, 7))
			body := binary.BigEndian.AppendUint64(nil, object)
			body = binary.BigEndian.AppendUint64(append(body, 0, 1, refFlow), 7)
			r.send(lane, header{typ: frameCall, flags: flagReferences, id: 2, method: uint16(method)}, body)
			r.next(stream)
			stop := header{typ: frameStop}
			var reason []byte
			if why != nil {
				stop.flags, reason = flagError, appendError(nil, why, nil)
			}
			r.send(stream, stop, reason)
			if _, err := io.Copy(io.Discard, stream); err != nil { // the deadline of next
				t.Fatalf("%s: what comes after STOP has no end: %v", name, err)
			}
			stream.Close()
			if err := <-ended; name == "Bytes" && !errors.Is(err, ErrStopped) {
				t.Errorf("%s: the writer's error is %v", name, err)
			}
			if err := r.replyError(lane, 2); !errors.Is(err, ErrStopped) || why != nil && err.Message == "" {
				t.Errorf("%s: the call's error is %v", name, err)
			}
		}
	}
}

// The same of a callee that has enough of what a streaming call sends.
func TestStopOfCalleeThatReadsOn(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Host})
	type dispensed struct {
		object *Object
		err    error
	}
	dispensing := make(chan dispensed, 1)
	go func() {
		o, err := r.peer.Dispense(t.Context(), "sums", nil)
		dispensing <- dispensed{o, err}
	}()
	lane := r.accept(kindCalls)
	h, _ := r.next(lane)
	r.send(lane, header{typ: frameReply, id: h.id}, []byte(`{"object":1,"service":"sums","codec":"json","methods":[{"name":"Sum"}]}`))
	d := <-dispensing
	if d.err != nil {
		t.Fatal(d.err)
	}
	upload, err := ClientStream[int, int]{Name: "Sum"}.Open(t.Context(), d.object)
	if err != nil {
		t.Fatal(err)
	}
	defer upload.Cancel()
	sent := make(chan error, 1)
	go func() {
		var err error
		for err == nil {
			err = upload.Send(1)
		}
		sent <- err
	}()
	stream := r.accept(kindFlow)
	h, _ = r.next(lane)
	r.send(stream, header{typ: frameStop}, nil)
	if _, err := io.Copy(io.Discard, stream); err != nil { // the deadline of next
		t.Fatalf("what comes after STOP has no end: %v", err)
	}
	stream.Close()
	if err := <-sent; !errors.Is(err, ErrStopped) {
		t.Errorf("the sender's error is %v", err)
	}
	r.send(lane, header{typ: frameReply, id: h.id}, []byte("42"))
	if sum, err := upload.CloseAndRecv(); sum != 42 || err != nil {
		t.Errorf("got %d, %v", sum, err)
	}
}
