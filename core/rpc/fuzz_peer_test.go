package rpc

import (
	"context"
	"encoding/binary"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
)

// FuzzPeer sets an engine, as host or plugin, against a peer that sends what the
// script says: frames of any type, valid or not, on any lane, and raw bytes. The
// engine must not panic, hang, leak, or hold more than its limits allow.
//
// A script is a series of steps: an op, a lane, and what the op takes.
func FuzzPeer(f *testing.F) {
	dispense := `{"service":"store","codecs":["json"]}`
	for _, host := range []bool{true, false} {
		f.Add(host, script(
			stepOpen(kindCalls),
			stepFrame(1, header{typ: frameCall, id: 1}, callBytes(0, dispense)),
			stepFrame(1, header{typ: frameCall, id: 2, method: 2}, callBytes(1, "")),
			stepFrame(1, header{typ: frameCall, id: 3, method: 3}, callBytes(1, "")),
			stepFrame(1, header{typ: frameCancel, id: 3}, nil),
			stepFrame(0, header{typ: frameRelease}, binary.BigEndian.AppendUint64(nil, 1)),
			stepFrame(0, header{typ: framePing, id: 9}, nil),
			stepFrame(0, header{typ: frameShutdown}, make([]byte, 8)),
			stepFrame(1, header{typ: frameCall, id: 4, method: 2}, callBytes(1, "")),
		))
		f.Add(host, script(
			stepReply(header{typ: frameReply, id: 1}, []byte(`{"object":5,"service":"s","codec":"json","methods":[{"name":"Echo"}]}`)),
			stepReply(header{typ: frameReply, id: 2, flags: flagError}, []byte(`{"code":"aborted"}`)),
			stepReply(header{typ: frameReply, id: 3, flags: flagReferences}, []byte{0, 1, refFlow, 0, 0, 0, 0, 0, 0, 0, 7}),
			stepFrame(0, header{typ: framePong, id: 1}, nil),
			stepFrame(0, header{typ: frameDrained}, nil),
		))
		f.Add(host, script(
			stepOpen(kindFlow),
			stepRaw(1, []byte{0, 0, 0, 0, 0, 0, 0, 7}),
			stepOpen(kindCalls),
			stepFrame(2, header{typ: frameCall, flags: flagReferences, id: 1}, append(callBytes(0, "\x00\x01\x03\x00\x00\x00\x00\x00\x00\x00\x07"), dispense...)),
			stepOpen(kindControl), stepOpen(200),
		))
	}
	f.Fuzz(func(t *testing.T, asHost bool, steps []byte) {
		leak.Check(t)
		runHostile(t, asHost, steps)
	})
}

func runHostile(t *testing.T, asHost bool, steps []byte) {
	a, b := net.Pipe()
	limits := Limits{Message: 4000, Calls: 8, Receive: 150_000, Metadata: 100, Objects: 4, References: 4, Streams: 4}
	cfg := Config{Side: transport.Plugin, Services: services(nil), Limits: limits, Codecs: []codec.Codec{jsoncodec.New()}}
	if asHost {
		cfg.Side = transport.Host
	}
	theirs, err := directtransport.New().Session(a, transport.Config{Side: cfg.Side, MaxStreams: 16})
	if err != nil {
		t.Fatal(err)
	}
	session, err := directtransport.New().Session(b, transport.Config{Side: cfg.Side.Peer(), MaxStreams: 16})
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPeer(theirs, cfg)
	if err != nil {
		t.Fatal(err)
	}
	h := newHostile(t.Context(), session)
	var own sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	own.Go(func() { use(ctx, p) })
	h.run(p, steps)
	if s := p.Stats(); s.Received > int64(limits.Receive) || s.Serving > limits.Calls || s.Objects > limits.Objects {
		t.Errorf("it holds %+v", s)
	}
	cancel()
	within(t, "its own calls", own.Wait)
	session.Close()
	within(t, "the end", func() { waitForEnd(t, p) })
	h.wait()
	within(t, "its handlers", func() { p.Join(context.Background()) })
	if s := p.Stats(); s != (Stats{}) {
		t.Errorf("after the end it holds %+v", s)
	}
}

// use calls what the hostile peer claims to serve.
func use(ctx context.Context, p *Peer) {
	o, err := p.Dispense(ctx, "s", nil)
	if err == nil {
		echoMethod.Call(ctx, o, []byte("x"))
		getMethod.Call(WithMetadata(ctx, Metadata{"k": "v"}), o, getArgs{})
		o.Close()
	}
	p.Describe(ctx)
	p.Ping(ctx)
}

// hostile is a peer that follows a script. It reads and forgets all that comes.
type hostile struct {
	session transport.Session
	ctx     context.Context
	cancel  context.CancelFunc
	lanes   []transport.Stream // 0 is the control lane
	replies chan transport.Stream
	joined  sync.WaitGroup
}

func newHostile(ctx context.Context, session transport.Session) *hostile {
	h := &hostile{session: session, replies: make(chan transport.Stream, 64)}
	h.ctx, h.cancel = context.WithCancel(ctx)
	h.joined.Go(func() {
		for {
			s, err := session.Accept(h.ctx)
			if err != nil {
				return
			}
			h.joined.Go(func() {
				var kind [1]byte
				if n, _ := s.Read(kind[:]); n == 1 && kind[0] == kindCalls {
					h.replies <- s
				}
				h.forget(s)
			})
		}
	})
	return h
}

func (h *hostile) forget(s transport.Stream) {
	defer s.Close()
	b := make([]byte, 4096)
	for {
		if _, err := s.Read(b); err != nil {
			return
		}
	}
}

func (h *hostile) wait() {
	h.cancel()
	h.joined.Wait()
}

const (
	opOpen  = iota // lane is the kind
	opFrame        // a whole header with the right length, and a body
	opRaw          // bytes as they are
	opClose        // the lane
	opReply        // a frame on the peer's lane of calls
	opPause        // lets the peer work
	ops
)

// run follows the script until it is over, or the peer has had enough.
func (h *hostile) run(p *Peer, steps []byte) {
	if p.cfg.Side == transport.Plugin {
		h.open(kindControl)
	}
	for n := 0; len(steps) >= 2 && n < 200; n++ {
		op, lane := steps[0]%ops, steps[1]
		steps = steps[2:]
		var head header
		var body []byte
		if op == opFrame || op == opReply {
			if len(steps) < headerSize {
				return
			}
			head, _ = parseHeader(append([]byte{0, 0, 0, 0}, steps[4:headerSize]...))
			steps = steps[headerSize:]
		}
		if op == opFrame || op == opReply || op == opRaw {
			if len(steps) < 2 {
				return
			}
			size := min(int(binary.BigEndian.Uint16(steps)), len(steps)-2)
			body, steps = steps[2:2+size], steps[2+size:]
		}
		if !h.step(op, lane, head, body) {
			return
		}
	}
}

func (h *hostile) step(op, lane byte, head header, body []byte) bool {
	var target transport.Stream
	switch op {
	case opOpen:
		return h.open(lane)
	case opPause:
		time.Sleep(time.Millisecond)
		return true
	case opReply:
		select {
		case target = <-h.replies:
			h.replies <- target
		case <-time.After(5 * time.Millisecond):
			return true
		}
	default:
		if len(h.lanes) == 0 {
			return h.open(kindCalls)
		}
		target = h.lanes[int(lane)%len(h.lanes)]
	}
	switch op {
	case opFrame, opReply:
		body = frameBytes(head, body)
	case opClose:
		target.Close()
		return true
	}
	_, err := target.Write(body)
	return err == nil
}

func (h *hostile) open(kind byte) bool {
	s, err := h.session.Open(h.ctx)
	if err != nil {
		return len(h.lanes) >= 16
	}
	h.lanes = append(h.lanes, s)
	h.joined.Go(func() { h.forget(s) })
	_, err = s.Write([]byte{kind})
	return err == nil
}

func script(steps ...[]byte) []byte {
	var all []byte
	for _, s := range steps {
		all = append(all, s...)
	}
	return all
}

func stepOpen(kind byte) []byte { return []byte{opOpen, kind} }

func stepFrame(lane byte, h header, body []byte) []byte { return step(opFrame, lane, h, body) }

func stepRaw(lane byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{opRaw, lane}, uint16(len(body))), body...)
}

func stepReply(h header, body []byte) []byte { return step(opReply, 0, h, body) }

func step(op, lane byte, h header, body []byte) []byte {
	var head [headerSize]byte
	h.put(head[:])
	b := append([]byte{op, lane}, head[:]...)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(body))), body...)
}
