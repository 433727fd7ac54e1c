package rpc

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// A stream can be lost on its way: a transport that passes descriptors drops it where this
// process has none free. However many are lost, those after them are taken.
func TestLostStreamsAreForgotten(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil)})
	most := uint64(2 * r.peer.cfg.Limits.Streams)
	for id := range 3 * most {
		f, err := r.peer.flows.claim(id, receives)
		if err != nil {
			t.Fatalf("after %d lost streams: %v", id, err)
		}
		f.abort(errors.New("given up"))
	}
	if n := len(r.peer.flows.incoming); n != 0 {
		t.Errorf("%d are kept", n)
	}
	if n := len(r.peer.flows.lost.ids); n > int(most) {
		t.Errorf("%d ids are kept", n)
	}

	last := 3*most - 1
	if _, err := r.peer.flows.claim(last, receives); CodeOf(err) != InvalidArgument {
		t.Errorf("announced twice: %v", err)
	}
	late := r.open(kindFlow) // nobody waits for what comes after all
	r.write(late, binary.BigEndian.AppendUint64(nil, last))
	late.SetReadDeadline(time.Now().Add(hangGuard))
	if n, err := late.Read(make([]byte, 1)); err == nil || isTimeout(err) {
		t.Errorf("the late stream is open: %d, %v", n, err)
	}
	if n := r.peer.Stats().Flows; n != 0 {
		t.Errorf("%d flows are left", n)
	}
}

func isTimeout(err error) bool {
	timeout, ok := err.(interface{ Timeout() bool })
	return ok && timeout.Timeout()
}

// Who waits for a connection whose stream does not come waits no longer than its call.
func TestLostConnEndsWithTheCall(t *testing.T) {
	r := newRaw(t, Config{Side: transport.Host})
	passed := func(id uint64) taking { return taking{table: []reference{{kind: refConn, id: id}}} }
	take := map[string]func(ctx context.Context, id uint64) error{
		"the caller": func(ctx context.Context, id uint64) error {
			call := &Call{ctx: ctx, b: &binding{peer: r.peer}, results: passed(id)}
			_, err := call.Conn(0)
			return err
		},
		"the callee": func(ctx context.Context, id uint64) error {
			deadline, _ := ctx.Deadline()
			in := &Incoming{lane: &serving{peer: r.peer}, args: passed(id)}
			in.parent, in.deadline = r.peer.ctx, deadline
			defer in.finished()
			_, err := in.Conn(0)
			return err
		},
	}
	id := uint64(0)
	for who, conn := range take {
		id++
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if err := conn(ctx, id); CodeOf(err) != DeadlineExceeded || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", who, err)
		}
		cancel()
	}
	if n := r.peer.Stats().Flows; n != 0 {
		t.Errorf("%d flows are left", n)
	}
}
