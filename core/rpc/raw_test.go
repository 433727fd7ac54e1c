package rpc

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
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

// hangGuard bounds what must not take long at all.
const hangGuard = 30 * time.Second

// raw is the other end of a peer's session, driven by hand: it sends whatever the
// test wants, also what no peer may.
type raw struct {
	t       testing.TB
	session transport.Session
	peer    *Peer // the one under test
	control transport.Stream
}

// newRaw starts a peer with cfg, whose Side says which one it is, and returns its
// other end. The control lane is open.
func newRaw(t testing.TB, cfg Config) *raw {
	t.Helper()
	leak.Check(t)
	a, b := net.Pipe()
	return rawOver(t, a, b, cfg)
}

func rawOver(t testing.TB, a, b net.Conn, cfg Config) *raw {
	t.Helper()
	if cfg.Codecs == nil {
		cfg.Codecs = []codec.Codec{jsoncodec.New()}
	}
	theirs, err := directtransport.New().Session(a, transport.Config{Side: cfg.Side})
	if err != nil {
		t.Fatal(err)
	}
	r := &raw{t: t}
	if r.session, err = directtransport.New().Session(b, transport.Config{Side: cfg.Side.Peer()}); err != nil {
		t.Fatal(err)
	}
	if r.peer, err = NewPeer(theirs, cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.session.Close()
		r.peer.Close()
		r.peer.Join(context.Background())
	})
	if cfg.Side == transport.Host {
		r.control = r.accept(kindControl)
	} else {
		r.control = r.open(kindControl)
	}
	return r
}

// open opens a lane of that kind.
func (r *raw) open(kind byte) transport.Stream {
	r.t.Helper()
	s, err := r.session.Open(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	r.write(s, []byte{kind})
	return s
}

// accept takes the next lane that the peer opens, which must be of that kind.
func (r *raw) accept(kind byte) transport.Stream {
	r.t.Helper()
	s, err := r.session.Accept(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	s.SetReadDeadline(time.Now().Add(hangGuard))
	if got := r.read(s, 1); got[0] != kind {
		r.t.Fatalf("the peer opened a lane of kind %d, not %d", got[0], kind)
	}
	return s
}

func (r *raw) write(s io.Writer, p []byte) {
	r.t.Helper()
	if _, err := s.Write(p); err != nil {
		r.t.Fatalf("write: %v", err)
	}
}

func (r *raw) read(s io.Reader, n int) []byte {
	r.t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(s, b); err != nil {
		r.t.Fatalf("read: %v", err)
	}
	return b
}

// send sends one frame, with h.length set to the body's.
func (r *raw) send(s io.Writer, h header, body []byte) {
	r.t.Helper()
	r.write(s, frameBytes(h, body))
}

// next reads one frame.
func (r *raw) next(s transport.Stream) (header, []byte) {
	r.t.Helper()
	s.SetReadDeadline(time.Now().Add(hangGuard))
	h, err := parseHeader(r.read(s, headerSize))
	if err != nil {
		r.t.Fatal(err)
	}
	return h, r.read(s, int(h.length))
}

// reply reads frames until the reply of that id is whole.
func (r *raw) reply(s transport.Stream, id uint32) (header, []byte) {
	r.t.Helper()
	h, body := r.next(s)
	if h.typ != frameReply || h.id != id {
		r.t.Fatalf("got %v %d, where the reply %d was due", h.typ, h.id, id)
	}
	if h.flags&flagMore == 0 {
		return h, body
	}
	first, body := h, body[4:]
	for h.flags&flagMore != 0 {
		var more []byte
		if h, more = r.next(s); h.typ != frameData || h.id != id {
			r.t.Fatalf("got %v %d, where a piece of %d was due", h.typ, h.id, id)
		}
		body = append(body, more...)
	}
	return first, body
}

// replyError reads the reply of that id, which must be an error.
func (r *raw) replyError(s transport.Stream, id uint32) *Error {
	r.t.Helper()
	h, body := r.reply(s, id)
	if h.flags&flagError == 0 {
		r.t.Fatalf("call %d succeeded with %q", id, body)
	}
	return parseError(body, nil)
}

// dispense makes an object of a service that the peer serves, and returns its id.
func (r *raw) dispense(s transport.Stream, id uint32, service string) uint64 {
	r.t.Helper()
	r.send(s, header{typ: frameCall, id: id, method: rootDispense}, callBytes(rootObject, `{"service":"`+service+`","codecs":["json"]}`))
	h, body := r.reply(s, id)
	var reply dispenseReply
	if err := json.Unmarshal(body, &reply); err != nil || h.flags&flagError != 0 {
		r.t.Fatalf("dispense: %s, %v", body, err)
	}
	return reply.Object
}

// ended waits for the peer's end, which must have come because of a violation
// whose text contains want.
func (r *raw) ended(want string) {
	r.t.Helper()
	wantViolation(r.t, waitForEnd(r.t, r.peer), want)
}

func waitForEnd(t testing.TB, p *Peer) error {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(hangGuard):
		t.Fatal("the session goes on")
	}
	return p.Err()
}

// frameBytes returns a frame with its body.
func frameBytes(h header, body []byte) []byte {
	b := make([]byte, headerSize, headerSize+len(body))
	h.length = uint32(len(body))
	h.put(b)
	return append(b, body...)
}

// callBytes returns the body of a plain CALL.
func callBytes(object uint64, payload string) []byte {
	return append(binary.BigEndian.AppendUint64(nil, object), payload...)
}

// pieces returns body cut into frames of at most size bytes, as a message of h.
func pieces(h header, body []byte, size int) []byte {
	body = append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
	var b bytes.Buffer
	for {
		n := min(size, len(body))
		piece := h
		if n < len(body) {
			piece.flags |= flagMore
		}
		b.Write(frameBytes(piece, body[:n]))
		if body = body[n:]; len(body) == 0 {
			return b.Bytes()
		}
		h = header{typ: frameData, id: h.id}
	}
}

// eventually waits until ok, for as long as nothing may take.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(hangGuard); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: it does not come", what)
		}
	}
}

// within fails t when f does not return.
func within(t testing.TB, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(hangGuard):
		t.Fatalf("%s: it hangs", what)
	}
}

// gate is a stream to write to that stands still until it is opened.
type gate struct {
	mu      sync.Mutex
	open    chan struct{}
	entered chan struct{} // gets a value when a write waits
	writes  [][]byte
	err     error
}

func newGate() *gate {
	return &gate{open: make(chan struct{}), entered: make(chan struct{}, 1<<16)}
}

func (g *gate) Write(p []byte) (int, error) {
	g.entered <- struct{}{}
	<-g.open
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return 0, g.err
	}
	g.writes = append(g.writes, bytes.Clone(p))
	return len(p), nil
}

// written returns all that was written, and in how many writes.
func (g *gate) written() ([]byte, int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return bytes.Join(g.writes, nil), len(g.writes)
}
