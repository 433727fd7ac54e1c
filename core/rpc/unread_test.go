package rpc

import (
	"encoding/binary"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/transport"
)

// refusedCall is a call that is refused, and passes so many objects from id on.
func refusedCall(call uint32, id uint64, objects int) []byte {
	var table []reference
	for i := range objects {
		table = append(table, reference{kind: refObject, id: id + uint64(i)})
	}
	body, flags := appendCallHead(nil, 1<<40, 0, nil, table)
	return frameBytes(header{typ: frameCall, flags: flags, id: call}, body)
}

// A peer that passes objects and never reads that they were released fills no memory.
func TestReleasesThatNobodyReads(t *testing.T) {
	for _, side := range []transport.Side{transport.Host, transport.Plugin} {
		t.Run(side.String(), func(t *testing.T) {
			r := newRaw(t, Config{Side: side, Limits: Limits{Objects: 1000}, Remote: Limits{Objects: 2000}})
			r.send(r.control, header{typ: framePing, id: 1}, nil)
			r.next(r.control) // the lane is there
			lane := r.open(kindCalls)
			go func() {
				for id := uint64(0); ; id += 1000 {
					if _, err := lane.Write(refusedCall(1, id, 1000)); err != nil {
						return
					}
				}
			}()
			go func() {
				for b := make([]byte, 64<<10); ; {
					if _, err := lane.Read(b); err != nil {
						return
					}
				}
			}()
			r.ended("the control lane is not read")
		})
	}
}

// One that reads late gets every release, and what else is said.
func TestReleasesThatAreReadLate(t *testing.T) {
	const objects = 64 * 3000
	r := newRaw(t, Config{Side: transport.Host, Remote: Limits{Objects: objects}})
	lane := r.open(kindCalls)
	for i := range objects / 64 {
		r.write(lane, refusedCall(1, uint64(64*i+1), 64))
		r.reply(lane, 1)
	}
	go r.peer.Ping(t.Context())
	got := map[uint64]bool{}
	for pinged := false; len(got) < objects || !pinged; {
		h, body := r.next(r.control)
		switch h.typ {
		case framePing:
			pinged = true
			r.send(r.control, header{typ: framePong, id: h.id}, nil)
		case frameRelease:
			for ids := range slices.Chunk(body, 8) {
				id := binary.BigEndian.Uint64(ids)
				if got[id] || id == 0 || id > objects {
					t.Fatalf("object %d is released, again or never passed", id)
				}
				got[id] = true
			}
		default:
			t.Fatalf("got %v", h.typ)
		}
	}
}

// A peer that does not read its replies gets no more calls in when some wait. When it
// reads, it gets all of them.
func TestRepliesThatAreReadLate(t *testing.T) {
	const calls = 400
	r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil), Limits: Limits{Receive: 4 << 20}})
	lane := r.open(kindCalls)
	object := r.dispense(lane, 1, "store")
	value, err := jsoncodec.New().Append(nil, make([]byte, 48_000))
	if err != nil {
		t.Fatal(err)
	}
	var written atomic.Int32
	go func() {
		for i := range uint32(calls) {
			if _, err := lane.Write(frameBytes(header{typ: frameCall, id: i + 10}, callBytes(object, string(value)))); err != nil {
				return
			}
			written.Add(1)
		}
	}()
	for before := int32(-1); before != written.Load(); time.Sleep(300 * time.Millisecond) {
		before = written.Load()
	}
	if n := written.Load(); n > calls/4 {
		t.Errorf("%d calls of %d bytes were taken, of which no reply was read", n, len(value))
	}
	if b := &r.peer.budget; b.take(int(b.limit)) {
		t.Error("replies that nobody reads leave as much room for messages as there is without them")
		b.give(int(b.limit))
	}
	answered := map[uint32]bool{}
	for range calls {
		h, body := r.next(lane)
		if h.typ != frameReply || h.flags != 0 || answered[h.id] || len(body) != len(value) {
			t.Fatalf("got %v of call %d with flags %#x and %d bytes: %.300q", h.typ, h.id, h.flags, len(body), body)
		}
		answered[h.id] = true
	}
	held := &r.peer.serving.w.held
	for until := time.Now().Add(hangGuard); held.Load() != 0 && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
	if n := held.Load(); n != 0 {
		t.Errorf("%d bytes are still said to wait", n)
	}
	if n := r.peer.budget.others(); n != 0 {
		t.Errorf("%d bytes of what messages may take are still said to be taken", n)
	}
}
