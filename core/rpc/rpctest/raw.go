package rpctest

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
)

// The bytes of the protocol, written down a second time: a peer that is driven by
// hand must not share the engine's mistakes.
const (
	kindControl byte = 1
	kindCalls   byte = 2
	kindFlow    byte = 3

	frameCall    byte = 0x01
	frameReply   byte = 0x02
	framePing    byte = 0x10
	frameRelease byte = 0x14
	frameMessage byte = 0x20
	frameChunk   byte = 0x21
	frameEnd     byte = 0x22
	frameStop    byte = 0x23

	flagError      byte = 0x02
	flagReferences byte = 0x10
	flagRefused    byte = 0x40

	refObject byte = 1
	refHome   byte = 2
	refFlow   byte = 3
	refConn   byte = 4
	refFramed byte = 5
)

// frame is one frame without its length.
type frame struct {
	typ, flags byte
	method     uint16
	id         uint32
	body       []byte
}

func (f frame) bytes() []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(f.body)))
	b = append(b, f.typ, f.flags)
	b = binary.BigEndian.AppendUint16(b, f.method)
	b = binary.BigEndian.AppendUint32(b, f.id)
	return append(b, f.body...)
}

// raw is a session whose one side is the engine, and whose other side a test
// drives by hand.
type raw struct {
	t       testing.TB
	session transport.Session
	link    net.Conn // raw's own end
	peer    *rpc.Peer
	subject *subject // what a plugin under test serves

	control transport.Stream
	calls   transport.Stream // raw's calls
	last    uint32           // the id of the last call
	typed   uint64
	live    uint64
}

// rawHost returns a hostile host in front of a plugin that is the engine, which has
// given out both services.
func rawHost(t *testing.T, tr transport.Transport, limits rpc.Limits) *raw {
	t.Helper()
	r := newRaw(t, tr, rpc.Config{Side: transport.Plugin, Limits: limits})
	r.control = r.open(kindControl)
	r.calls = r.open(kindCalls)
	r.typed, r.live = r.dispense("typed"), r.dispense("live")
	return r
}

func newRaw(t *testing.T, tr transport.Transport, cfg rpc.Config) *raw {
	t.Helper()
	r := &raw{t: t, subject: newSubject()}
	mine, theirs := makeLink(t)
	r.link = mine
	if cfg.Services == nil {
		cfg.Services = r.subject.services()
	}
	var err error
	started := make(chan struct{})
	go func() {
		defer close(started)
		r.session, err = tr.Session(mine, transport.Config{Side: cfg.Side.Peer(), MaxStreams: cfg.Limits.WithDefaults().Streams + extraStreams})
	}()
	r.peer = startPeer(t, tr, theirs, cfg)
	<-started
	if err != nil || r.peer == nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.session.Close() })
	return r
}

// open opens a stream that begins with those bytes.
func (r *raw) open(begin ...byte) transport.Stream {
	r.t.Helper()
	s, err := r.session.Open(guarded(r.t))
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := s.Write(begin); err != nil {
		r.t.Fatal(err)
	}
	return s
}

// openFlow opens a flow of that id.
func (r *raw) openFlow(id uint64) transport.Stream {
	r.t.Helper()
	return r.open(append([]byte{kindFlow}, binary.BigEndian.AppendUint64(nil, id)...)...)
}

// accept takes the next stream that the engine opens, which must be of that kind.
func (r *raw) accept(kind byte) transport.Stream {
	r.t.Helper()
	s, err := r.session.Accept(guarded(r.t))
	if err != nil {
		r.t.Fatal(err)
	}
	if got := r.read(s, 1)[0]; got != kind {
		r.t.Fatalf("a stream of kind %d, not %d", got, kind)
	}
	return s
}

func (r *raw) read(s transport.Stream, n int) []byte {
	r.t.Helper()
	s.SetReadDeadline(time.Now().Add(hangGuard))
	b := make([]byte, n)
	if _, err := io.ReadFull(s, b); err != nil {
		r.t.Fatalf("read: %v", err)
	}
	return b
}

func (r *raw) send(s io.Writer, f frame) {
	r.t.Helper()
	if _, err := s.Write(f.bytes()); err != nil {
		r.t.Fatalf("write: %v", err)
	}
}

func (r *raw) next(s transport.Stream) frame {
	r.t.Helper()
	h := r.read(s, 12)
	f := frame{typ: h[4], flags: h[5], method: binary.BigEndian.Uint16(h[6:]), id: binary.BigEndian.Uint32(h[8:])}
	f.body = r.read(s, int(binary.BigEndian.Uint32(h)))
	return f
}

// ref is an entry of a table of references.
type ref struct {
	kind    byte
	id      uint64
	methods []string // of an object
}

// callBody is the body of a call.
func callBody(object uint64, payload string, refs ...ref) (body []byte, flags byte) {
	body = binary.BigEndian.AppendUint64(nil, object)
	if len(refs) > 0 {
		flags = flagReferences
		body = binary.BigEndian.AppendUint16(body, uint16(len(refs)))
		for _, f := range refs {
			body = binary.BigEndian.AppendUint64(append(body, f.kind), f.id)
			if f.kind == refObject {
				body = binary.BigEndian.AppendUint16(body, uint16(len(f.methods)))
				for _, m := range f.methods {
					body = append(binary.BigEndian.AppendUint32(body, uint32(len(m))), m...)
				}
			}
		}
	}
	return append(body, payload...), flags
}

// call sends a call and returns its id.
func (r *raw) call(object uint64, method uint16, payload string, refs ...ref) uint32 {
	r.t.Helper()
	r.last++
	body, flags := callBody(object, payload, refs...)
	r.send(r.calls, frame{typ: frameCall, flags: flags, method: method, id: r.last, body: body})
	return r.last
}

// reply is the answer to a call.
type reply struct {
	frame
	code, text string // of an error
}

// reply reads the next reply, which must be that of id.
func (r *raw) reply(id uint32) reply {
	r.t.Helper()
	f := r.next(r.calls)
	if f.typ != frameReply || f.id != id {
		r.t.Fatalf("a frame %#x for %d, where the reply to %d was due", f.typ, f.id, id)
	}
	return r.parse(f)
}

func (r *raw) parse(f frame) reply {
	r.t.Helper()
	a := reply{frame: f}
	if f.flags&flagError != 0 {
		var e struct{ Code, Message string }
		if err := json.Unmarshal(f.body, &e); err != nil {
			r.t.Fatalf("an error that does not parse: %q", f.body)
		}
		a.code, a.text = e.Code, e.Message
	}
	return a
}

func (r *raw) dispense(service string) uint64 {
	r.t.Helper()
	a := r.reply(r.call(0, 0, `{"service":"`+service+`","codecs":["json"]}`))
	var d struct{ Object uint64 }
	if err := json.Unmarshal(a.body, &d); err != nil || a.code != "" {
		r.t.Fatalf("dispense: %s", a.body)
	}
	return d.Object
}

// pings holds that calls of the hostile peer still work, and so does all else.
func (r *raw) pings(n int) {
	r.t.Helper()
	for range n {
		if a := r.reply(r.call(r.typed, numPing, "")); string(a.body) != `"pong"` {
			r.t.Fatalf("a call beside: %+v", a)
		}
	}
}

// ended waits for the error that a handler saw.
func (r *raw) ended() error {
	r.t.Helper()
	select {
	case err := <-r.subject.ended:
		return err
	case <-time.After(hangGuard):
		r.t.Fatal("the handler saw no end")
		return nil
	}
}
