package rpctest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
)

// testStopsReading holds that a peer which asks for much and reads none of it makes
// the producer wait, and nothing else.
func testStopsReading(t *testing.T, tr transport.Transport) {
	r := rawHost(t, tr, rpc.Limits{})
	for id := range uint64(5) {
		r.openFlow(id + 1)
		r.call(r.typed, numProduce, `{"Count":1000000000,"Size":20000}`, ref{kind: refFlow, id: id + 1})
	}
	made := (&pair{subject: r.subject}).standsStill(t)
	if most := int64(5*16<<20) / 20000; made > most {
		t.Errorf("the producers ran %d values ahead, %d are the most", made, most)
	}
	r.pings(100)
	r.link.Close()
	r.gone()
}

// gone waits until the engine has nothing of the session any more.
func (r *raw) gone() {
	r.t.Helper()
	<-r.peer.Done()
	emptyPeer(r.t, "the plugin", r.peer, 0)
}

// testSendsAfterEnd sends values behind END: they are not delivered, and harm
// nothing.
func testSendsAfterEnd(t *testing.T, tr transport.Transport) {
	r := rawHost(t, tr, rpc.Limits{})
	s := r.openFlow(1)
	id := r.call(r.typed, numSum, "", ref{kind: refFlow, id: 1})
	r.send(s, frame{typ: frameMessage, body: []byte("5")})
	r.send(s, frame{typ: frameEnd})
	// The engine may have closed the stream already: a write may fail, or not.
	s.Write(frame{typ: frameMessage, body: []byte("100")}.bytes())
	s.Write(frame{typ: frameEnd}.bytes())
	if a := r.reply(id); string(a.body) != "5" {
		t.Errorf("the sum is %s %s", a.body, a.text)
	}
	r.pings(10)
	emptyPeer(t, "the plugin", r.peer, 2)
}

// testNeverSpeaks opens streams and does not say what they are for, or announces
// nothing of them, as many as it can.
func testNeverSpeaks(t *testing.T, tr transport.Transport) {
	r := rawHost(t, tr, rpc.Limits{Streams: 20})
	for i := range 10 {
		if i%2 == 0 {
			r.open(kindFlow) // and no id
		} else {
			r.openFlow(uint64(1000 + i)) // which no call announces
		}
	}
	r.pings(100)
	s := r.openFlow(1)
	id := r.call(r.live, numDigest, "", ref{kind: refFlow, id: 1})
	r.send(s, frame{typ: frameChunk, body: make([]byte, 77)})
	r.send(s, frame{typ: frameEnd})
	if a := r.reply(id); string(a.body) != "77" {
		t.Errorf("a flow beside them: %s %s", a.body, a.text)
	}
	r.session.Close()
	r.gone()
}

// testNeverOpened announces flows that it does not open. A call waits for its own,
// and its neighbours do not; how many may be missing is bounded.
func testNeverOpened(t *testing.T, tr transport.Transport) {
	const streams = 10
	r := rawHost(t, tr, rpc.Limits{Streams: streams})
	for id := range uint64(2 * streams) {
		r.call(r.live, numDigest, "", ref{kind: refFlow, id: id + 1})
	}
	eventually(t, "the calls run", func() (any, bool) { s := r.peer.Stats(); return s, s.Flows == 2*streams })
	if a := r.reply(r.call(r.live, numDigest, "", ref{kind: refFlow, id: 99})); a.code != "resource_exhausted" {
		t.Errorf("one too many: %s %s", a.code, a.text)
	}
	if a := r.reply(r.call(r.live, numDigest, "", ref{kind: refFlow, id: 1})); a.code != "invalid_argument" || !strings.Contains(a.text, "twice") {
		t.Errorf("a flow that is announced twice: %s %s", a.code, a.text)
	}
	r.pings(100)
	r.link.Close()
	r.gone()
	for range 2 * streams {
		if err := r.ended(); !errors.Is(err, rpc.Unavailable) {
			t.Errorf("a handler saw %v", err)
		}
	}
}

// half is a frame that announces more than follows.
func half(typ byte) []byte {
	b := frame{typ: typ, body: make([]byte, 1000)}.bytes()
	return b[:100]
}

// testCutStream closes streams in the middle of a frame, and where END is due.
func testCutStream(t *testing.T, tr transport.Transport) {
	for name, sent := range map[string][]byte{
		"in the middle of a chunk":  half(frameChunk),
		"in the middle of a header": frame{typ: frameChunk, body: []byte("x")}.bytes()[:5],
		"without END":               frame{typ: frameChunk, body: []byte("x")}.bytes(),
	} {
		t.Run(name, func(t *testing.T) {
			r := rawHost(t, tr, rpc.Limits{})
			s := r.openFlow(1)
			id := r.call(r.live, numDigest, "", ref{kind: refFlow, id: 1})
			if _, err := s.Write(sent); err != nil {
				t.Fatal(err)
			}
			s.Close()
			if err := r.ended(); err == io.EOF || errors.Is(err, io.EOF) || !errors.Is(err, io.ErrUnexpectedEOF) || !errors.Is(err, rpc.Unavailable) {
				t.Errorf("the reader saw %v", err)
			}
			if a := r.reply(id); a.code != "unavailable" {
				t.Errorf("the call ended with %s %s", a.code, a.text)
			}
			r.pings(10)
			emptyPeer(t, "the plugin", r.peer, 2)
		})
	}
}

// testCutLink drops the link in the middle of a chunk: readers, streams and
// sequences end with a typed error.
func testCutLink(t *testing.T, tr transport.Transport) {
	r := rawHost(t, tr, rpc.Limits{})
	s := r.openFlow(1)
	r.call(r.live, numDigest, "", ref{kind: refFlow, id: 1})
	if _, err := s.Write(half(frameChunk)); err != nil {
		t.Fatal(err)
	}
	s = r.openFlow(2)
	r.call(r.typed, numEchoAll, "", ref{kind: refFlow, id: 2})
	if _, err := s.Write(half(frameMessage)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the calls run", func() (any, bool) { n := r.peer.Stats(); return n, n.Serving == 2 })
	r.link.Close()
	for range 2 {
		if err := r.ended(); errors.Is(err, io.EOF) || !errors.Is(err, rpc.Unavailable) {
			t.Errorf("a handler saw %v", err)
		}
	}
	r.gone()
}

// testReferencesToNothing names objects and flows that are not there, or not any
// more.
func testReferencesToNothing(t *testing.T, tr transport.Transport) {
	r := rawHost(t, tr, rpc.Limits{})
	if a := r.reply(r.call(999, numPing, "")); a.code != "not_found" || a.flags&flagRefused == 0 {
		t.Errorf("a call of an object that never was: %s %s", a.code, a.text)
	}
	if a := r.reply(r.call(r.live, numAsk, "", ref{kind: refHome, id: 999})); a.code != "not_found" {
		t.Errorf("an object that never was comes home: %s %s", a.code, a.text)
	}
	if a := r.reply(r.call(r.live, numAsk, "", ref{kind: refHome, id: 0})); a.code != "not_found" {
		t.Errorf("the root object comes home: %s %s", a.code, a.text)
	}
	// A refused call announced a flow, which arrives all the same.
	id := r.call(999, numDigest, "", ref{kind: refFlow, id: 7})
	if a := r.reply(id); a.code != "not_found" {
		t.Errorf("got %s %s", a.code, a.text)
	}
	r.openFlow(7)
	// An object of this side that is gone when the engine calls it.
	id = r.call(r.live, numAsk, "", ref{kind: refObject, id: 4, methods: []string{"Ping"}})
	calls := r.accept(kindCalls)
	f := r.next(calls)
	if object := binary.BigEndian.Uint64(f.body); f.typ != frameCall || object != 4 {
		t.Fatalf("the engine called object %d by a frame %#x", object, f.typ)
	}
	r.send(calls, frame{typ: frameReply, flags: flagError | flagRefused, id: f.id, body: []byte(`{"code":"not_found","message":"it is gone","is":["released"]}`)})
	if a := r.reply(id); a.code != "not_found" || !strings.Contains(a.text, "it is gone") {
		t.Errorf("got %s %s", a.code, a.text)
	}
	r.pings(10)
	emptyPeer(t, "the plugin", r.peer, 2)
}

// testWrongKinds passes references where the method has others, or none, or more.
func testWrongKinds(t *testing.T, tr transport.Transport) {
	r := rawHost(t, tr, rpc.Limits{})
	for what, refs := range map[string][]ref{
		"no reader":     nil,
		"an object":     {{kind: refObject, id: 1, methods: []string{"Ping"}}},
		"a connection":  {{kind: refConn, id: 50}},
		"no such kind":  {{kind: 77, id: 1}},
		"what is ahead": {{kind: refHome, id: r.typed}, {kind: refFlow, id: 60}, {kind: refFlow, id: 61}},
	} {
		if a := r.reply(r.call(r.live, numDigest, "", refs...)); a.code != "invalid_argument" {
			t.Errorf("%s: %s %s", what, a.code, a.text)
		}
	}
	if a := r.reply(r.call(r.live, numDial, "", ref{kind: refFramed, id: 70})); a.code != "invalid_argument" {
		t.Errorf("a framed connection, which was not agreed on: %s %s", a.code, a.text)
	}
	many := make([]ref, rpc.DefaultLimits().References+1)
	if a := r.reply(r.call(r.live, numDigest, "", many...)); a.code != "resource_exhausted" {
		t.Errorf("too many: %s %s", a.code, a.text)
	}
	// Values where bytes are expected, and bytes where values are.
	s := r.openFlow(1)
	id := r.call(r.live, numDigest, "", ref{kind: refFlow, id: 1})
	r.send(s, frame{typ: frameMessage, body: []byte(`"x"`)})
	if a := r.reply(id); a.code != "invalid_argument" {
		t.Errorf("values for a reader: %s %s", a.code, a.text)
	}
	<-r.subject.ended
	s = r.openFlow(2)
	id = r.call(r.typed, numSum, "", ref{kind: refFlow, id: 2})
	r.send(s, frame{typ: frameChunk, body: []byte("5")})
	if a := r.reply(id); a.code != "invalid_argument" {
		t.Errorf("bytes for a sequence: %s %s", a.code, a.text)
	}
	<-r.subject.ended
	r.pings(10)
}

// testFloodOfCallbacks calls back more than the limit allows: the surplus is
// refused, one by one, and the host's own calls go on.
func testFloodOfCallbacks(t *testing.T, tr transport.Transport) {
	const limit = 50
	blocked := make(chan struct{})
	services := map[string]*rpc.Service{"callback": blockingService(blocked)}
	r := newRaw(t, tr, rpc.Config{Side: transport.Host, Limits: rpc.Limits{Calls: limit}, Services: services})
	r.control = r.accept(kindControl)
	r.calls = r.open(kindCalls)
	object := r.dispense("callback")
	const flood = 20 * limit
	for range flood {
		r.call(object, 0, "")
	}
	refused := map[uint32]bool{}
	for range flood - limit {
		a := r.parse(r.next(r.calls))
		if a.code != "resource_exhausted" || a.flags&flagRefused == 0 || refused[a.id] {
			t.Fatalf("call %d ended with %s %s", a.id, a.code, a.text)
		}
		refused[a.id] = true
	}
	if s := r.peer.Stats(); s.Serving != limit {
		t.Errorf("the host serves %+v", s)
	}
	// The host's own calls still work: it asks, and gets an answer.
	answered := make(chan error, 1)
	go func() { _, err := r.peer.Describe(guarded(t)); answered <- err }()
	calls := r.accept(kindCalls)
	f := r.next(calls)
	r.send(calls, frame{typ: frameReply, id: f.id, body: []byte(`{"services":[]}`)})
	if err := <-answered; err != nil {
		t.Errorf("a call of the host: %v", err)
	}
	close(blocked)
	for range limit {
		if a := r.parse(r.next(r.calls)); a.code != "" {
			t.Errorf("a call that was let in: %s %s", a.code, a.text)
		}
	}
	emptyPeer(t, "the host", r.peer, 1)
}

// testEarlyRelease opens its control lane late: what the engine has released by
// then is said as soon as it can be.
func testEarlyRelease(t *testing.T, tr transport.Transport) {
	r := newRaw(t, tr, rpc.Config{Side: transport.Plugin})
	r.calls = r.open(kindCalls)
	r.live = r.dispense("live")
	id := r.call(r.live, numAsk, "", ref{kind: refObject, id: 4, methods: []string{"Ping"}})
	calls := r.accept(kindCalls)
	f := r.next(calls)
	r.send(calls, frame{typ: frameReply, id: f.id, body: []byte(`"pong"`)})
	if a := r.reply(id); string(a.body) != `"pong"` {
		t.Errorf("got %s %s", a.body, a.text)
	}
	r.control = r.open(kindControl)
	if f = r.next(r.control); f.typ != frameRelease || !bytes.Equal(f.body, binary.BigEndian.AppendUint64(nil, 4)) {
		t.Errorf("the first frame is %#x of %x", f.typ, f.body)
	}
}

// testForeignFrame sends what no flow may carry: that ends the session, with a
// reason.
func testForeignFrame(t *testing.T, tr transport.Transport) {
	r := rawHost(t, tr, rpc.Limits{})
	s := r.openFlow(1)
	r.call(r.live, numDigest, "", ref{kind: refFlow, id: 1})
	s.Write(frame{typ: framePing}.bytes()) // the session may end before Write returns, and that is its error then
	<-r.peer.Done()
	if violation := (*rpc.ProtocolError)(nil); !errors.As(r.peer.Err(), &violation) || !strings.Contains(fmt.Sprint(violation), "PING on a flow") {
		t.Errorf("the session ended with %v", r.peer.Err())
	}
	r.gone()
}
