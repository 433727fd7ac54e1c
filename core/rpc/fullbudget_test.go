package rpc

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// Large messages on one stream leave no room for those on others. What the engine itself
// is told passes all the same: it is never held, and must not be lost.
func TestWhatIsSaidWithAFullBudget(t *testing.T) {
	fill := func(r *raw) { r.peer.budget.take(r.peer.cfg.Limits.Receive) }

	t.Run("RELEASE and SHUTDOWN", func(t *testing.T) {
		var s *store
		r := newRaw(t, Config{Side: transport.Plugin, Services: services(func(opened *store) { s = opened })})
		object := r.dispense(r.open(kindCalls), 1, "store")
		fill(r)
		r.send(r.control, header{typ: frameRelease}, binary.BigEndian.AppendUint64(nil, object))
		select {
		case <-s.closed:
		case <-r.peer.Done():
			t.Fatalf("the session ended: %v", r.peer.Err())
		case <-time.After(hangGuard):
			t.Fatal("the object was not released")
		}
		r.send(r.control, header{typ: frameShutdown}, binary.BigEndian.AppendUint64(nil, 1<<62))
		if h, _ := r.next(r.control); h.typ != frameDrained {
			t.Errorf("got %v", h.typ)
		}
	})

	for _, typ := range []frameType{frameEnd, frameStop} {
		t.Run(typ.String(), func(t *testing.T) {
			r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil)})
			f, err := r.peer.flows.claim(7, sends|receives)
			if err != nil {
				t.Fatal(err)
			}
			stream := r.open(kindFlow)
			r.write(stream, binary.BigEndian.AppendUint64(nil, 7))
			fill(r)
			r.send(stream, header{typ: typ, flags: flagError}, appendError(nil, fs.ErrNotExist, nil))
			if typ == frameStop {
				r.send(stream, header{typ: frameEnd}, nil)
			}
			_, err = f.next()
			if typ == frameStop {
				err = f.send(frameChunk, newMessage())
			}
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the flow ended with %v", err)
			}
		})
	}
}
